package io.github.florence4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.report.Curve.Dot;
import io.github.florence4j.report.ScoreHistogram.Scores;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class ChartTest {
    @TempDir
    private Path folder;

    @Test
    void putsTicksAtRoundNumbers() {
        assertThat(labels(Axis.around(List.of(0.31, 3.8), 6))).containsExactly("0", "1", "2", "3", "4");
        assertThat(labels(Axis.around(List.of(0.0, 1e-5), 5)))
                .containsExactly("0", "2e-6", "4e-6", "6e-6", "8e-6", "1e-5");
        assertThat(labels(Axis.around(List.of(0.07, 0.13), 6)))
                .containsExactly("0.07", "0.08", "0.09", "0.10", "0.11", "0.12", "0.13");
        assertThat(labels(Axis.counts(0, 23_000, 5))).containsExactly("0", "5,000", "10,000", "15,000", "20,000");
        assertThat(labels(Axis.counts(0, 3, 10))).containsExactly("0", "1", "2", "3");
    }

    @Test
    void anyRangeHasAFewTicksWithLabelsOfTheirOwn() {
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            double scale = Math.pow(10, random.nextInt(60) - 30);
            double low = random.nextInt(4) == 0 ? 0 : random.nextGaussian() * scale;
            double high = random.nextInt(9) == 0 ? low : low + random.nextDouble() * scale;
            Axis axis = Axis.around(List.of(low, high, Double.NaN), 6);

            assertThat(axis.low()).isLessThanOrEqualTo(low + 1e-6 * axis.step());
            assertThat(axis.high()).isGreaterThanOrEqualTo(high - 1e-6 * axis.step());
            assertThat(axis.ticks()).as("%s", axis).hasSizeBetween(2, 9);
            assertThat(labels(axis)).as("%s", axis).doesNotHaveDuplicates().allMatch(label -> label.length() <= 14);
        }
    }

    @Test
    void smoothsLikeAnAverageThatKnowsItsBeginning() {
        Curve curve = new Curve(List.of(new Dot(1, 4), new Dot(2, Double.NaN), new Dot(3, 1)));

        // span 3 keeps half: 4, then (4/4 + 1/2) / (1/4 + 1/2)
        assertThat(curve.smoothed(3).dots()).containsExactly(new Dot(1, 4), new Dot(3, 2));
    }

    @Test
    void thinsALongCurveWithoutLosingItsSpikes() {
        List<Dot> dots = new ArrayList<>(LongStream.range(0, 100_000)
                .mapToObj(step -> new Dot(step, 1 + 1e-9 * step))
                .toList());
        dots.set(777, new Dot(777, 50));
        dots.set(50_123, new Dot(50_123, -50));

        List<Dot> thin = new Curve(dots).thinned(1000).dots();

        assertThat(thin).hasSizeLessThanOrEqualTo(2000).contains(dots.get(777), dots.get(50_123));
        assertThat(thin).extracting(Dot::step).isSorted();
    }

    @Test
    void drawsARunWithItsBestStep() {
        Svg svg = Svg.parse(new CurveChart("run", Points.run(900), "anls", OptionalLong.of(630)).toSvg());

        assertThat(svg.texts())
                .contains("run", "step 900, epoch 112.50", "loss", "anls", "learning rate", "95 % interval")
                .contains("best: 0.5602 at step 630");
        assertThat(svg.hints()).contains("validation loss 0.9440 at step 630", "anls 0.1200 at step 0");
        svg.requireReadable();
    }

    @Test
    void drawsNumbersWhereTheAxesSay() {
        List<RunPoint> history = List.of(Points.training(1, 1), Points.training(2, 2), Points.training(4, 3));
        Svg svg = Svg.parse(new CurveChart("run", history, null, OptionalLong.empty()).toSvg());
        double left = xOf(svg, "1");
        double right = xOf(svg, "4");

        Element smooth = svg.all("polyline").stream()
                .filter(line -> line.getAttribute("stroke-width").equals("2.2"))
                .findFirst()
                .orElseThrow();
        double[] xs = IntStream.range(0, 3)
                .mapToDouble(
                        i -> Double.parseDouble(smooth.getAttribute("points").split("[ ,]")[2 * i]))
                .toArray();

        assertThat(xs[0]).isEqualTo(left, within(0.02));
        assertThat(xs[1]).isEqualTo(left + (right - left) / 3, within(0.02));
        assertThat(xs[2]).isEqualTo(right, within(0.02));
    }

    @Test
    void drawsAnyHistoryReadably() {
        Random random = new Random(11);
        double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, 1e38, -1e300, 0, 1e-40, 5e29};
        for (int i = 0; i < 100; i++) {
            List<RunPoint> history = new ArrayList<>();
            long step = random.nextInt(3) == 0 ? random.nextInt(2_000_000) : 0;
            double scale = Math.pow(10, random.nextInt(12) - 6);
            for (int points = random.nextInt(12); points > 0; points--) {
                step += 1 + random.nextInt(1000);
                double loss = random.nextInt(5) == 0 ? odd[random.nextInt(odd.length)] : scale * random.nextDouble();
                history.add(
                        random.nextBoolean()
                                ? Points.training(step, loss)
                                : Points.validation(step, loss, scale * random.nextGaussian()));
            }
            OptionalLong best = random.nextBoolean() ? OptionalLong.of(step) : OptionalLong.empty();
            String svg = new CurveChart(
                            "x".repeat(random.nextInt(200)), history, random.nextBoolean() ? "anls" : null, best)
                    .toSvg();

            assertThat(svg).doesNotContain("NaN", "Infinity");
            Svg.parse(svg).requireReadable();
        }
    }

    @Test
    void saysWhenThereIsNothingToDraw() throws IOException {
        CurveChart chart = new CurveChart("run", List.of(), "anls", OptionalLong.empty());

        assertThat(Svg.parse(chart.toSvg()).texts()).contains("no losses yet", "no scores yet");
        chart.writePng(folder.resolve("curves.png"));
        assertThat(folder.resolve("curves.png")).isNotEmptyFile();
    }

    @Test
    void writesThePictureInItsColours() throws IOException {
        new CurveChart("run", Points.run(900), "anls", OptionalLong.of(630)).writePng(folder.resolve("curves.png"));

        BufferedImage image = ImageIO.read(folder.resolve("curves.png").toFile());
        assertThat(image.getWidth()).isEqualTo(1200);
        assertThat(image.getHeight()).isEqualTo(800);
        for (int colour : new int[] {0x1F6FB4, 0xD9541E, 0x6B3FA0, 0x2E7D4F, 0xC2183B}) {
            assertThat(pixels(image, colour)).as("%06x", colour).isGreaterThan(20);
        }
        assertThat(folder.toFile().list()).containsExactly("curves.png");
    }

    @Test
    void keepsMarkupInNamesFromBecomingMarkup() {
        String svg = new CurveChart("<b>\"a\" & \u0001b</b>", List.of(), "<script>", OptionalLong.empty()).toSvg();

        assertThat(Svg.parse(svg).texts()).contains("<b>\"a\" &  b</b>", "<script>");
        assertThat(svg).doesNotContain("<script>");
    }

    @Test
    void countsScoresInBarsTheLastOfWhichHoldsItsUpperEnd() {
        List<Double> scores = List.of(0.0, 0.0, 0.049, 0.05, 0.5, 0.95, 1.0, 1.0);
        Svg svg = Svg.parse(new ScoreHistogram("t", "anls", List.of(new Scores("a", scores))).toSvg());

        assertThat(svg.hints())
                .containsExactly(
                        "a, 0.000 to 0.05000: 3 samples",
                        "a, 0.05000 to 0.1000: 1 samples",
                        "a, 0.5000 to 0.5500: 1 samples",
                        "a, 0.9500 to 1.000: 3 samples");
        assertThat(svg.texts()).contains("a: mean 0.4436, 8 samples");
        svg.requireReadable();
    }

    @Test
    void comparesSetsByTheirShares() throws IOException {
        ScoreHistogram histogram = new ScoreHistogram(
                "t", "cer", List.of(new Scores("a", List.of(0.0, 2.5)), new Scores("b", List.of(2.5, Double.NaN))));
        Svg svg = Svg.parse(histogram.toSvg());

        assertThat(svg.hints())
                .containsExactly(
                        "a, 0.000 to 0.1250: 50.00 % of samples",
                        "a, 2.375 to 2.500: 50.00 % of samples", "b, 2.375 to 2.500: 100.00 % of samples");
        assertThat(svg.texts()).contains("b: mean 2.5000, 2 samples, 1 of them without a score");
        histogram.writePng(folder.resolve("scores.png"));
        BufferedImage image = ImageIO.read(folder.resolve("scores.png").toFile());
        assertThat(image.getWidth()).isEqualTo(900);
    }

    @Test
    void drawsAHistogramOfNothing() {
        assertThat(Svg.parse(new ScoreHistogram("t", "anls", List.of(new Scores("a", List.of()))).toSvg())
                        .texts())
                .contains("no scores");
    }

    @Test
    void refusesMoreSetsThanItHasColours() {
        List<Scores> sets = Collections.nCopies(5, new Scores("a", List.of()));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ScoreHistogram("t", "anls", sets))
                .withMessage("a histogram shows 1 to 4 sets of scores, found 5");
    }

    private static List<String> labels(Axis axis) {
        return axis.ticks().stream().map(axis::label).toList();
    }

    private static double xOf(Svg svg, String text) {
        return svg.all("text").stream()
                .filter(element -> element.getTextContent().equals(text)
                        && element.getAttribute("text-anchor").equals("middle"))
                .mapToDouble(element -> Double.parseDouble(element.getAttribute("x")))
                .findFirst()
                .orElseThrow();
    }

    private static long pixels(BufferedImage image, int colour) {
        return IntStream.range(0, image.getWidth() * image.getHeight())
                .filter(i -> (image.getRGB(i % image.getWidth(), i / image.getWidth()) & 0xFFFFFF) == colour)
                .count();
    }
}
