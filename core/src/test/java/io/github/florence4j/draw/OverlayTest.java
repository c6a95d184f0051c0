package io.github.florence4j.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayTest {
    private static final int GREY = 0x808080;
    private static final int FIRST = Palette.COLOURS[0];
    private static final int SECOND = Palette.COLOURS[1];
    private static final OverlayStyle STYLE = new OverlayStyle(4, 14, 0.5, true);

    private final RgbImage image = grey(800, 600);

    @TempDir
    private Path folder;

    @Test
    void outlinesABoxInTheColourOfItsLabelWithAContrastingCasing() {
        BufferedImage picture = Overlay.draw(image, boxes(box(100, 100, 300, 300, "car")), STYLE);

        assertThat(picture.getWidth()).isEqualTo(800);
        assertThat(picture.getHeight()).isEqualTo(600);
        assertThat(rgb(picture, 100, 200)).isEqualTo(FIRST);
        assertThat(rgb(picture, 300, 200)).isEqualTo(FIRST);
        assertThat(rgb(picture, 200, 300)).isEqualTo(FIRST);
        assertThat(rgb(picture, 102, 200)).isNotEqualTo(FIRST).isNotEqualTo(GREY);
        assertThat(rgb(picture, 200, 200)).isEqualTo(GREY);
        assertThat(rgb(picture, 400, 400)).isEqualTo(GREY);
    }

    @Test
    void givesTheSameColourToTheSameLabelOnly() {
        BufferedImage picture = Overlay.draw(
                image,
                boxes(box(50, 100, 150, 300, "car"), box(250, 100, 350, 300, "dog"), box(450, 100, 550, 300, "car")),
                STYLE);

        assertThat(rgb(picture, 50, 200)).isEqualTo(FIRST);
        assertThat(rgb(picture, 250, 200)).isEqualTo(SECOND);
        assertThat(rgb(picture, 450, 200)).isEqualTo(FIRST);
    }

    @Test
    void givesEachBoxWithoutALabelAColourOfItsOwn() {
        BufferedImage picture =
                Overlay.draw(image, boxes(box(50, 100, 150, 300, ""), box(250, 100, 350, 300, "")), STYLE);

        assertThat(rgb(picture, 50, 200)).isEqualTo(FIRST);
        assertThat(rgb(picture, 250, 200)).isEqualTo(SECOND);
    }

    @Test
    void drawsTheWholeBoxThatReachesOutOfTheImageAlongTheBorder() {
        BufferedImage picture = Overlay.draw(image, boxes(box(-50, -1e9, 1e300, 650, "car")), STYLE);

        assertThat(rgb(picture, 3, 300)).isEqualTo(FIRST);
        assertThat(rgb(picture, 796, 300)).isEqualTo(FIRST);
        assertThat(rgb(picture, 400, 596)).isEqualTo(FIRST);
    }

    @Test
    void marksABoxWithoutAreaWithADot() {
        BufferedImage picture = Overlay.draw(image, boxes(box(400, 300, 400, 300, "")), STYLE);

        assertThat(rgb(picture, 400, 300)).isEqualTo(FIRST);
        assertThat(rgb(picture, 420, 320)).isEqualTo(GREY);
    }

    @Test
    void leavesOutBoxesWhoseCoordinatesAreNotNumbers() {
        assertThat(pixels(Overlay.draw(image, boxes(box(Double.NaN, 10, 100, 100, "car")), STYLE)))
                .containsOnly(GREY);
    }

    @Test
    void writesTheLabelOnATagAboveTheBoxAndTheScoreWhereItIsKnown() {
        Detection car = box(100, 100, 300, 300, "car");
        Detection scored = new Detection(car.box(), "car", new Score(OptionalDouble.of(0.915), OptionalDouble.of(0.5)));
        OverlayStyle withoutScores = new OverlayStyle(4, 14, 0.5, false);

        BufferedImage plain = Overlay.draw(image, boxes(car), STYLE);
        BufferedImage withScore = Overlay.draw(image, boxes(scored), STYLE);
        BufferedImage literally = Overlay.draw(image, boxes(box(100, 100, 300, 300, "car 0.92")), STYLE);

        assertThat(rgb(plain, 101, 90)).isEqualTo(FIRST);
        assertThat(pixels(plain)).contains(Palette.contrasting(new Color(FIRST)).getRGB() & 0xFFFFFF);
        assertThat(pixels(withScore)).isEqualTo(pixels(literally)).isNotEqualTo(pixels(plain));
        assertThat(pixels(Overlay.draw(image, boxes(scored), withoutScores))).isEqualTo(pixels(plain));
    }

    @Test
    void movesATagThatWouldCoverAnother() {
        BufferedImage picture =
                Overlay.draw(image, boxes(box(100, 100, 500, 300, "first"), box(100, 100, 500, 300, "second")), STYLE);

        assertThat(IntStream.range(80, 98).map(y -> rgb(picture, 101, y))).contains(FIRST);
        assertThat(IntStream.range(80, 98).map(y -> rgb(picture, 498, y))).contains(SECOND);
    }

    @Test
    void fillsTheUnionOfAllRingsOnceAndOutlinesEach() {
        Ring one = ring(100, 100, 300, 100, 300, 300, 100, 300);
        Ring theOtherWayRound = ring(200, 200, 200, 400, 400, 400, 400, 200);
        BufferedImage picture = Overlay.draw(
                image, new Polygons(List.of(new PolygonInstance(List.of(one, theOtherWayRound), ""))), STYLE);

        assertThat(rgb(picture, 100, 200)).isEqualTo(FIRST);
        assertThat(rgb(picture, 400, 300)).isEqualTo(FIRST);
        int filled = rgb(picture, 150, 150);
        assertThat(filled).isNotEqualTo(GREY).isNotEqualTo(FIRST);
        assertThat(rgb(picture, 250, 250)).isEqualTo(filled);
        assertThat(rgb(picture, 350, 350)).isEqualTo(filled);
        assertThat(rgb(picture, 350, 150)).isEqualTo(GREY);
    }

    @Test
    void marksPolygonsOfOneOrTwoPointsAndPassesOverEmptyOnes() {
        BufferedImage picture = Overlay.draw(
                image,
                new Polygons(List.of(
                        new PolygonInstance(List.of(ring(), ring(200, 200)), ""),
                        new PolygonInstance(List.of(ring(300, 300, 500, 300)), ""),
                        new PolygonInstance(List.of(), "nothing"))),
                STYLE);

        assertThat(rgb(picture, 200, 200)).isEqualTo(FIRST);
        assertThat(rgb(picture, 400, 300)).isEqualTo(SECOND);
    }

    @Test
    void drawsTheBoxesAndThePolygonsOfAnOpenVocabulary() {
        BufferedImage picture = Overlay.draw(
                image,
                new OpenVocabularyDetections(
                        boxes(box(50, 100, 150, 300, "box")),
                        new Polygons(
                                List.of(new PolygonInstance(List.of(ring(400, 100, 600, 100, 600, 300)), "polygon")))),
                STYLE);

        assertThat(rgb(picture, 600, 200)).isEqualTo(FIRST);
        assertThat(rgb(picture, 50, 200)).isEqualTo(SECOND);
    }

    @Test
    void writesRecognizedTextAtItsPlaceOnAPageBelowALandscapeAndBesideAPortrait() {
        OcrRegions regions = new OcrRegions(List.of(new OcrRegion(quad(100, 100, 400, 160), "WORD")));
        BufferedImage below = Overlay.draw(image, regions, STYLE);
        BufferedImage beside = Overlay.draw(grey(600, 800), regions, STYLE);

        assertThat(List.of(below.getWidth(), below.getHeight())).containsExactly(800, 1200);
        assertThat(rgb(below, 100, 130)).isEqualTo(FIRST);
        assertThat(pixels(below.getSubimage(100, 700, 300, 60))).contains(0x000000);
        assertThat(pixels(below.getSubimage(0, 770, 800, 430))).containsOnly(0xFFFFFF);
        assertThat(List.of(beside.getWidth(), beside.getHeight())).containsExactly(1200, 800);
        assertThat(pixels(beside.getSubimage(700, 100, 300, 60))).contains(0x000000);
    }

    @Test
    void writesATextIntoAStripThatGrowsWithIt() {
        BufferedImage one = Overlay.draw(image, new Text("A car."), STYLE);
        BufferedImage many = Overlay.draw(image, new Text("A car on a road. ".repeat(40)), STYLE);

        assertThat(one.getHeight()).isGreaterThan(600);
        assertThat(many.getHeight()).isGreaterThan(one.getHeight() + 3 * 14);
        assertThat(many.getWidth()).isEqualTo(800);
        assertThat(pixels(one.getSubimage(0, 0, 800, 600))).containsOnly(GREY);
        assertThat(pixels(one.getSubimage(0, 600, 800, one.getHeight() - 600)))
                .contains(0xFFFFFF, 0x000000)
                .doesNotContain(GREY);
    }

    @Test
    void enlargesASmallImageByAWholeNumberAndKeepsPlaces() {
        BufferedImage picture = Overlay.draw(grey(96, 50), boxes(box(20, 20, 60, 40, "")), STYLE);

        assertThat(List.of(picture.getWidth(), picture.getHeight())).containsExactly(96 * 7, 50 * 7);
        assertThat(rgb(picture, 20 * 7, 30 * 7)).isEqualTo(FIRST);
        assertThat(rgb(picture, 60 * 7, 30 * 7)).isEqualTo(FIRST);
    }

    @Test
    void growsLinesAndLabelsWithTheImage() {
        OverlayStyle small = OverlayStyle.fitting(640, 480);
        OverlayStyle large = OverlayStyle.fitting(4000, 3000);

        assertThat(small.fontSize()).isBetween(12.0, 16.0);
        assertThat(large.fontSize()).isGreaterThan(5 * small.fontSize());
        assertThat(large.lineWidth()).isGreaterThan(5 * small.lineWidth());
    }

    @Test
    void refusesAStyleThatCannotBeDrawn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OverlayStyle(0, 12, 0.3, true))
                .withMessage("expected a line width above 0 and up to 1000 pixels, found 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OverlayStyle(2, Double.NaN, 0.3, true))
                .withMessage("expected a font size above 0 and up to 1000 pixels, found NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OverlayStyle(2, 12, 1.5, true))
                .withMessage("expected a fill alpha of 0 to 1, found 1.5");
    }

    @Test
    void drawsOutlinesWithoutFontsButRefusesATextInOneSentence() {
        BufferedImage picture = Overlay.draw(image, boxes(box(100, 100, 300, 300, "car")), STYLE, Optional.empty());

        assertThat(rgb(picture, 100, 200)).isEqualTo(FIRST);
        assertThat(rgb(picture, 101, 90)).isEqualTo(GREY);
        TaskResult regions = new OcrRegions(List.of(new OcrRegion(quad(100, 100, 400, 160), "WORD")));
        assertThat(Overlay.draw(image, regions, STYLE, Optional.empty()).getHeight())
                .isEqualTo(600);
        assertThatIllegalStateException()
                .isThrownBy(() -> Overlay.draw(image, new Text("A car."), STYLE, Optional.empty()))
                .withMessage("a text cannot be drawn because this JVM has no usable fonts; "
                        + "install fontconfig and a font package");
    }

    @Test
    void writesAPngThatReplacesAnOlderOneAndLeavesNothingBeside() throws IOException {
        Path file = folder.resolve("car.png");
        Files.writeString(file, "older");

        Overlay.drawTo(file, image, boxes(box(100, 100, 300, 300, "car")), STYLE);

        assertThat(RgbImage.read(file).rgb(100, 200)).isEqualTo(FIRST);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    private static Detections boxes(Detection... items) {
        return new Detections(List.of(items));
    }

    private static Detection box(double x1, double y1, double x2, double y2, String label) {
        return new Detection(new Box(x1, y1, x2, y2), label);
    }

    private static Ring ring(double... xy) {
        return new Ring(IntStream.range(0, xy.length / 2)
                .mapToObj(i -> new Point(xy[2 * i], xy[2 * i + 1]))
                .toList());
    }

    private static Quad quad(double x1, double y1, double x2, double y2) {
        return new Quad(new Point(x1, y1), new Point(x2, y1), new Point(x2, y2), new Point(x1, y2));
    }

    private static RgbImage grey(int width, int height) {
        byte[] bytes = new byte[3 * width * height];
        Arrays.fill(bytes, (byte) 0x80);
        return new RgbImage(width, height, bytes);
    }

    private static int rgb(BufferedImage picture, int x, int y) {
        return picture.getRGB(x, y) & 0xFFFFFF;
    }

    private static int[] pixels(BufferedImage picture) {
        int width = picture.getWidth();
        int[] argb = picture.getRGB(0, 0, width, picture.getHeight(), null, 0, width);
        return Arrays.stream(argb).map(value -> value & 0xFFFFFF).toArray();
    }
}
