package io.github.florence4j.draw;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.image.RgbImage;
import io.github.florence4j.result.Box;
import io.github.florence4j.result.Detection;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegion;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.PolygonInstance;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.result.Quad;
import io.github.florence4j.result.Ring;
import io.github.florence4j.result.Score;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.result.Text;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random results on images of random sizes. */
@Timeout(60)
class OverlayFuzzTest {
    private static final double[] ODD = {
        0,
        -0.0,
        -1,
        1e-300,
        1e9,
        -1e300,
        Double.MAX_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
    };
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\n\n",
            "a\tb\u0000c\r\nd",
            "Unicode ñ кофе 咖啡 \uD83D\uDE00",
            "\uD83D lone",
            "שלום עולם",
            "e\u0301\u200D",
            "W".repeat(3000),
            "word ".repeat(700));

    private final Random random = new Random(7);

    @Test
    void drawsWhateverTheModelSays() {
        for (int round = 0; round < 80; round++) {
            int width = 1 + random.nextInt(random.nextBoolean() ? 4 : 900);
            int height = 1 + random.nextInt(random.nextBoolean() ? 4 : 900);
            RgbImage image = new RgbImage(width, height, new byte[3 * width * height]);
            TaskResult result = result(random.nextInt(5));
            BufferedImage picture =
                    random.nextBoolean() ? Overlay.draw(image, result) : Overlay.draw(image, result, style());

            assertThat(picture.getWidth()).isGreaterThanOrEqualTo(width);
            assertThat(Math.max(picture.getWidth(), picture.getHeight())).isGreaterThanOrEqualTo(640);
        }
    }

    private OverlayStyle style() {
        double size = Math.pow(10, random.nextDouble() * 4 - 2);
        return new OverlayStyle(size, 1 + size, random.nextDouble(), random.nextBoolean());
    }

    private TaskResult result(int kind) {
        return switch (kind) {
            case 0 -> new Text(text());
            case 1 -> detections();
            case 2 -> polygons();
            case 3 -> new OpenVocabularyDetections(detections(), polygons());
            default ->
                new OcrRegions(
                        some(() -> new OcrRegion(new Quad(point(), point(), point(), point()), text(), score())));
        };
    }

    private Detections detections() {
        return new Detections(
                some(() -> new Detection(new Box(number(), number(), number(), number()), text(), score())));
    }

    private Polygons polygons() {
        return new Polygons(some(() -> new PolygonInstance(some(() -> new Ring(some(this::point))), text(), score())));
    }

    private <T> List<T> some(Supplier<T> one) {
        return Stream.generate(one).limit(random.nextInt(7)).toList();
    }

    private Point point() {
        return new Point(number(), number());
    }

    private double number() {
        return random.nextInt(4) == 0 ? ODD[random.nextInt(ODD.length)] : random.nextInt(1000) - 50;
    }

    private Score score() {
        return new Score(
                random.nextBoolean() ? OptionalDouble.of(random.nextDouble()) : OptionalDouble.empty(),
                random.nextBoolean() ? OptionalDouble.of(random.nextDouble()) : OptionalDouble.empty());
    }

    private String text() {
        if (random.nextBoolean()) {
            return TEXTS.get(random.nextInt(TEXTS.size()));
        }
        return IntStream.generate(() -> random.nextInt(0x3000))
                .limit(random.nextInt(40))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
