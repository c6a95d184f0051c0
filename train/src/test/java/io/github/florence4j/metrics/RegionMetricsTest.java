package io.github.florence4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Ring;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Expected values: worked by hand; random outlines against java.awt.geom.Path2D's point-in-polygon test. */
class RegionMetricsTest {
    private static final double NEAR = 1e-12;

    private static Ring square(double x, double y, double side) {
        return new Ring(List.of(
                new Point(x, y), new Point(x + side, y), new Point(x + side, y + side), new Point(x, y + side)));
    }

    @Test
    void groundingCountsAnOverlapOfExactlyOneHalf() {
        Box truth = new Box(0, 0, 10, 10);
        List<GroundingSample> samples = List.of(
                new GroundingSample(List.of(new Box(0, 0, 10, 5)), truth), // IoU 50 / 100
                new GroundingSample(List.of(new Box(0, 0, 10, 4.9)), truth), // 49 / 100
                new GroundingSample(List.of(new Box(50, 50, 60, 60), truth), truth), // only the first counts
                new GroundingSample(List.of(new Box(10, 10, 0, 0)), truth), // corners in the wrong order
                new GroundingSample(List.of(), truth));
        assertThat(new GroundingAccuracy(0.5).tally(samples).sampleScores()).containsExactly(1, 0, 0, 0, 0);
        assertThat(new GroundingAccuracy(0.5).score(samples)).isCloseTo(0.2, within(NEAR));
    }

    @Test
    void masksAreMeasuredInPixels() {
        // 4 x 4 squares shifted by 2: intersection 2 x 4 = 8, union 24; and 1 of 1 pixel
        List<MaskSample> samples = List.of(
                new MaskSample(20, 20, List.of(square(2, 2, 4)), List.of(square(4, 2, 4))),
                new MaskSample(3, 3, List.of(square(1, 1, 1)), List.of(square(1, 1, 1))));
        assertThat(MaskIou.MEAN.score(samples)).isCloseTo((8 / 24.0 + 1) / 2, within(NEAR));
        assertThat(MaskIou.CUMULATIVE.score(samples)).isCloseTo(9 / 25.0, within(NEAR));
    }

    @Test
    void ringsAreUnitedAndClippedToTheImage() {
        MaskSample sample = new MaskSample(
                4, 4, List.of(square(-5, -5, 7), square(0, 0, 3)), List.of(square(0, 0, 3), square(1, 1, 1)));
        assertThat(MaskIou.MEAN.score(List.of(sample))).isEqualTo(1);
    }

    @Test
    void emptyMasksAgree() {
        MaskSample empty = new MaskSample(4, 4, List.of(), List.of(new Ring(List.of())));
        assertThat(MaskIou.MEAN.score(List.of(empty))).isEqualTo(1);
        assertThat(MaskIou.CUMULATIVE.score(List.of(empty))).isNaN();
    }

    @Test
    void randomOutlinesCoverThePixelsWhoseCentresLieInside() {
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            List<Point> corners = new ArrayList<>();
            Path2D path = new Path2D.Double(Path2D.WIND_EVEN_ODD);
            for (int i = 0; i < 3 + random.nextInt(8); i++) {
                Point corner = new Point(random.nextDouble() * 40 - 5, random.nextDouble() * 40 - 5);
                corners.add(corner);
                if (i == 0) {
                    path.moveTo(corner.x(), corner.y());
                } else {
                    path.lineTo(corner.x(), corner.y());
                }
            }
            path.closePath();
            PixelMask mask = PixelMask.of(List.of(new Ring(corners)), 30, 25);
            for (int y = 0; y < 25; y++) {
                for (int x = 0; x < 30; x++) {
                    assertThat(mask.pixels().get(y * 30 + x))
                            .as("round %d, pixel %d, %d", round, x, y)
                            .isEqualTo(path.contains(x + 0.5, y + 0.5));
                }
            }
        }
    }

    @Test
    void refusesAnImageWithoutPixels() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MaskSample(0, 4, List.of(), List.of()))
                .withMessage("an image is at least 1 x 1 pixels, found 0 x 4");
    }
}
