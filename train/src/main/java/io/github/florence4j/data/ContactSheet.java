package io.github.florence4j.data;

import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.image.RgbImage;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A picture of samples as training sees them: each with its image, id, prompt and answer, in columns. An image that cannot be
 * read shows the reason.
 */
public final class ContactSheet {
    private static final int COLUMNS = 4;
    private static final int CELL = 380;
    private static final int PICTURE = 280;
    private static final int MARGIN = 14;
    private static final int LINES = 6;
    private static final Font WORDS = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
    private static final Font ANSWER = WORDS.deriveFont(Font.BOLD);
    private static final Font SMALL = WORDS.deriveFont(12f);
    private static final Color INK = new Color(0x222222);
    private static final Color BLUE = new Color(0x0B4F9E);
    private static final Color RED = new Color(0xB00020);
    private static final Color PAPER = new Color(0xF0F0F0);

    private ContactSheet() {}

    /**
     * Draws samples that are spread evenly, and seeded, over a source.
     *
     * @param count the most samples to draw; rejected records are left out
     */
    public static BufferedImage of(IndexedSource source, long seed, int count) throws IOException {
        Pass pass = new Pass(seed, 0);
        Permutation drawn = new Permutation(Math.max(1, source.count()), pass.key(0));
        List<Sample> samples = new ArrayList<>();
        for (long i = 0; i < source.count() && samples.size() < count; i++) {
            if (source.read(pass, drawn.at(i)).get(0) instanceof Sample sample) {
                samples.add(sample);
            }
        }
        return draw(samples);
    }

    /** Draws samples in their order. */
    public static BufferedImage draw(List<Sample> samples) {
        int rows = Math.max(1, (samples.size() + COLUMNS - 1) / COLUMNS);
        int lineHeight = 20;
        int height = PICTURE + (LINES + 1) * lineHeight + 3 * MARGIN;
        BufferedImage sheet = new BufferedImage(COLUMNS * CELL, rows * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = sheet.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
            for (int i = 0; i < samples.size(); i++) {
                cell(g, samples.get(i), i % COLUMNS * CELL, i / COLUMNS * height, lineHeight);
            }
        } finally {
            g.dispose();
        }
        return sheet;
    }

    /** Writes a sheet as PNG: beside its place, then moved there. */
    public static void write(BufferedImage sheet, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        if (!ImageIO.write(sheet, "png", part.toFile())) {
            throw new IOException("this JVM cannot write PNG");
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void cell(Graphics2D g, Sample sample, int x, int y, int lineHeight) {
        int left = x + MARGIN;
        int width = CELL - 2 * MARGIN;
        g.setColor(PAPER);
        g.fillRect(left, y + MARGIN, width, PICTURE);
        String id = sample.id();
        try {
            RgbImage image = sample.image().decode(new ImageDecoder());
            picture(g, image, left, y + MARGIN, width);
            id += "   " + image.width() + " x " + image.height();
        } catch (IOException e) {
            lines(
                    g,
                    WORDS,
                    RED,
                    String.valueOf(e.getMessage()),
                    left + MARGIN,
                    y + 3 * MARGIN,
                    width - 2 * MARGIN,
                    LINES,
                    lineHeight);
        }
        int top = y + MARGIN + PICTURE + lineHeight - 4;
        lines(g, SMALL, Color.GRAY, id, left, top, width, 1, lineHeight);
        int used = lines(g, WORDS, INK, sample.prompt(), left, top + lineHeight, width, LINES / 2, lineHeight);
        String answer = sample.answers().isEmpty() ? "(no answer)" : String.join("  |  ", sample.answers());
        lines(g, ANSWER, BLUE, answer, left, top + (1 + used) * lineHeight, width, LINES - used, lineHeight);
    }

    private static void picture(Graphics2D g, RgbImage image, int x, int y, int width) {
        double scale = Math.min((double) width / image.width(), (double) PICTURE / image.height());
        int w = Math.max(1, (int) Math.round(image.width() * scale));
        int h = Math.max(1, (int) Math.round(image.height() * scale));
        g.drawImage(smaller(image.toBufferedImage(), w, h), x + (width - w) / 2, y + (PICTURE - h) / 2, w, h, null);
    }

    /** Halves a picture until another halving would make it too small, so that no detail is skipped over. */
    private static BufferedImage smaller(BufferedImage image, int width, int height) {
        BufferedImage current = image;
        while (current.getWidth() >= 2 * width && current.getHeight() >= 2 * height) {
            BufferedImage half =
                    new BufferedImage(current.getWidth() / 2, current.getHeight() / 2, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = half.createGraphics();
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            g.drawImage(current, 0, 0, half.getWidth(), half.getHeight(), null);
            g.dispose();
            current = half;
        }
        return current;
    }

    /** Draws text in at most {@code most} lines, the last of which ends in "…" if more would follow; returns their number. */
    private static int lines(
            Graphics2D g, Font font, Color colour, String text, int x, int y, int width, int most, int lineHeight) {
        g.setFont(font);
        g.setColor(colour);
        List<String> lines = wrap(text.replaceAll("\\s+", " "), g.getFontMetrics(), width);
        int shown = Math.min(most, lines.size());
        for (int i = 0; i < shown; i++) {
            boolean cut = i == shown - 1 && lines.size() > shown;
            g.drawString(cut ? shorten(lines.get(i), g.getFontMetrics(), width) : lines.get(i), x, y + i * lineHeight);
        }
        return shown;
    }

    private static String shorten(String line, FontMetrics metrics, int width) {
        String cut = line;
        while (!cut.isEmpty() && metrics.stringWidth(cut + "…") > width) {
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
        }
        return cut + "…";
    }

    private static List<String> wrap(String text, FontMetrics metrics, int width) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = start;
            int space = -1;
            while (end < text.length()) {
                int next = text.offsetByCodePoints(end, 1);
                if (metrics.stringWidth(text.substring(start, next)) > width && end > start) {
                    break;
                }
                if (text.charAt(end) == ' ') {
                    space = end;
                } else if (text.charAt(end) == '>') {
                    space = next; // behind a token such as <loc_7>
                }
                end = next;
            }
            int cut = end == text.length() || space <= start ? end : space;
            lines.add(text.substring(start, cut));
            start = cut < text.length() && text.charAt(cut) == ' ' ? cut + 1 : cut;
        }
        return lines;
    }
}
