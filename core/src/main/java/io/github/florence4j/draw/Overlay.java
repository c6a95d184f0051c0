package io.github.florence4j.draw;

import io.github.florence4j.image.RgbImage;
import io.github.florence4j.result.Detection;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegion;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.PolygonInstance;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.result.Ring;
import io.github.florence4j.result.Score;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.result.Text;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Draws a result on its image.
 *
 * <ul>
 *   <li>Boxes and polygons are outlined, polygons also filled, each label in a colour of its own (24 colours, then they repeat;
 *       items without a label have one each), with the label on a tag.
 *   <li>OCR regions are outlined; their texts stand at the same places on a white page below the image, or at its right if it is higher
 *       than wide.
 *   <li>A text is written into a strip below the image.
 * </ul>
 *
 * <p>An image whose longer side is below 640 pixels is enlarged by a whole number, so that labels stay legible; the upper left part of the
 * picture is always the image. Coordinates are pixels of the original image; a box that reaches out of it is drawn along its border. Items
 * without a place (no points, coordinates that are not numbers) are left out.
 *
 * <p>Texts are drawn with the JVM's sans serif font or else another installed one that has all their characters; characters that no font
 * has appear as {@code \}{@code u{1F600}}. Where the JVM has no fonts at all (a minimal container: install {@code fontconfig} and a font), outlines are
 * drawn without text, which is logged once; a {@link Text} fails then, because nothing of it could be seen.
 */
public final class Overlay {
    private final RgbImage image;
    private final OverlayStyle style;
    private final Optional<Lettering> lettering;
    private final Palette palette = new Palette();

    private Overlay(RgbImage image, OverlayStyle style, Optional<Lettering> lettering) {
        this.image = image;
        this.style = style;
        this.lettering = lettering;
    }

    /**
     * Draws with the style that fits the image.
     *
     * @return a new picture of type {@link BufferedImage#TYPE_INT_RGB}
     * @throws IllegalStateException if the result is a {@link Text} and the JVM has no fonts
     */
    public static BufferedImage draw(RgbImage image, TaskResult result) {
        return draw(image, result, OverlayStyle.fitting(image.width(), image.height()));
    }

    /**
     * Draws with the given style.
     *
     * @return a new picture of type {@link BufferedImage#TYPE_INT_RGB}
     * @throws IllegalStateException if the result is a {@link Text} and the JVM has no fonts
     */
    public static BufferedImage draw(RgbImage image, TaskResult result, OverlayStyle style) {
        return draw(image, result, style, Lettering.ofThisJvm());
    }

    static BufferedImage draw(RgbImage image, TaskResult result, OverlayStyle style, Optional<Lettering> lettering) {
        return new Overlay(image, style, lettering).draw(result);
    }

    /**
     * Draws with the style that fits the image and writes a PNG file, which appears whole or not at all and replaces an older one.
     *
     * @throws IOException if the file cannot be written
     * @throws IllegalStateException if the result is a {@link Text} and the JVM has no fonts
     */
    public static void drawTo(Path file, RgbImage image, TaskResult result) throws IOException {
        drawTo(file, image, result, OverlayStyle.fitting(image.width(), image.height()));
    }

    /**
     * Draws with the given style and writes a PNG file, which appears whole or not at all and replaces an older one.
     *
     * @throws IOException if the file cannot be written
     * @throws IllegalStateException if the result is a {@link Text} and the JVM has no fonts
     */
    public static void drawTo(Path file, RgbImage image, TaskResult result, OverlayStyle style) throws IOException {
        BufferedImage picture = draw(image, result, style);
        Path target = file.toAbsolutePath();
        Path beside = target.resolveSibling("." + UUID.randomUUID() + ".part");
        try {
            try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(Files.newOutputStream(beside))) {
                ImageIO.write(picture, "png", out);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private BufferedImage draw(TaskResult result) {
        if (result instanceof Text text) {
            return caption(text);
        }
        if (result instanceof OcrRegions regions) {
            return transcript(regions);
        }
        if (result instanceof Detections detections) {
            return marked(detections.items(), List.of());
        }
        if (result instanceof Polygons polygons) {
            return marked(List.of(), polygons.items());
        }
        OpenVocabularyDetections both = (OpenVocabularyDetections) result;
        return marked(both.detections().items(), both.polygons().items());
    }

    private BufferedImage caption(Text text) {
        Lettering letters = lettering.orElseThrow(() -> new IllegalStateException(
                "a text cannot be drawn because this JVM has no usable fonts; install fontconfig and a font package"));
        return Caption.below(image, text.text(), letters, style.fontSize());
    }

    private BufferedImage transcript(OcrRegions regions) {
        if (lettering.isEmpty()) {
            Canvas canvas = Canvas.of(image);
            outline(canvas, regions);
            return canvas.picture;
        }
        Transcript transcript = new Transcript(image, lettering.get(), style.fontSize());
        outline(transcript.canvas, regions);
        Graphics2D page = transcript.page();
        try {
            for (OcrRegion region : regions.items()) {
                transcript.write(page, region.quad(), region.text(), score(region.score()));
            }
        } finally {
            page.dispose();
        }
        return transcript.canvas.picture;
    }

    private void outline(Canvas canvas, OcrRegions regions) {
        Graphics2D graphics = imagePart(canvas);
        try {
            Shapes shapes =
                    new Shapes(canvas, graphics, Math.min(style.lineWidth(), Math.max(2, style.lineWidth() / 2)));
            for (OcrRegion region : regions.items()) {
                shapes.closed(region.quad().points(), palette.colourOf(region.text()));
            }
        } finally {
            graphics.dispose();
        }
    }

    private BufferedImage marked(List<Detection> boxes, List<PolygonInstance> instances) {
        Canvas canvas = Canvas.of(image);
        Graphics2D graphics = imagePart(canvas);
        try {
            Shapes shapes = new Shapes(canvas, graphics, style.lineWidth());
            List<Tags.Tag> tags = new ArrayList<>();
            List<Color> colours = instances.stream()
                    .map(instance -> palette.colourOf(instance.label()))
                    .toList();
            for (int i = 0; i < colours.size(); i++) {
                shapes.fill(instances.get(i).rings(), colours.get(i), style.fillAlpha());
            }
            for (int i = 0; i < colours.size(); i++) {
                polygon(shapes, instances.get(i), colours.get(i)).ifPresent(tags::add);
            }
            boxes.forEach(box -> box(shapes, box).ifPresent(tags::add));
            lettering.ifPresent(letters -> {
                Tags placed = new Tags(canvas, letters, style.fontSize());
                tags.forEach(tag -> placed.draw(graphics, tag));
            });
        } finally {
            graphics.dispose();
        }
        return canvas.picture;
    }

    private Optional<Tags.Tag> box(Shapes shapes, Detection detection) {
        Color colour = palette.colourOf(detection.label());
        return shapes.box(detection.box(), colour)
                .map(bounds -> new Tags.Tag(label(detection.label(), detection.score()), colour, bounds, true));
    }

    private Optional<Tags.Tag> polygon(Shapes shapes, PolygonInstance instance, Color colour) {
        return instance.rings().stream()
                .map(Ring::points)
                .map(points -> shapes.closed(points, colour))
                .flatMap(Optional::stream)
                .max(Comparator.comparingDouble(bounds -> bounds.getWidth() * bounds.getHeight()))
                .map(bounds -> new Tags.Tag(label(instance.label(), instance.score()), colour, bounds, false));
    }

    private String label(String text, Score score) {
        return (text + " " + score(score)).strip();
    }

    private String score(Score score) {
        OptionalDouble known = score.location().isPresent() ? score.location() : score.label();
        return style.showScores() && known.isPresent() ? String.format(Locale.ROOT, "%.2f", known.getAsDouble()) : "";
    }

    /** Graphics that do not reach out of the image. */
    private static Graphics2D imagePart(Canvas canvas) {
        Graphics2D graphics = canvas.graphics();
        graphics.clipRect(0, 0, canvas.width, canvas.height);
        return graphics;
    }
}
