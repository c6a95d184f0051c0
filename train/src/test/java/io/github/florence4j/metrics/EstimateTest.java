package io.github.florence4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Expected values: the normal approximation of a mean's interval, numpy.quantile's rule, worked by hand. */
class EstimateTest {

    @Test
    void theIntervalOfAMeanIsAboutTheNormalOne() {
        Random random = new Random(2);
        double[] scores = random.doubles(2000).toArray();
        Estimate estimate = new Bootstrap(7).estimate("mean", Tally.ofMeans(scores));
        double mean = Arrays.stream(scores).average().orElseThrow();
        double half = 1.96 * Math.sqrt(1 / 12.0 / scores.length);
        assertThat(estimate.value()).isCloseTo(mean, within(1e-12));
        assertThat(estimate.low()).isCloseTo(mean - half, within(half * 0.15));
        assertThat(estimate.high()).isCloseTo(mean + half, within(half * 0.15));
        assertThat(estimate.samples()).isEqualTo(2000);
    }

    @Test
    void theSameSeedGivesTheSameInterval() {
        Tally tally = Tally.ofMeans(new double[] {0, 1, 0.5, 0.25, 1, 0});
        assertThat(new Bootstrap(3).estimate("m", tally)).isEqualTo(new Bootstrap(3).estimate("m", tally));
        assertThat(new Bootstrap(3).estimate("m", tally).low())
                .isNotEqualTo(new Bootstrap(3, 50, 0.5).estimate("m", tally).low());
    }

    @Test
    void corpusMetricsAreRedrawnByImage() {
        List<TextSample> samples = List.of(
                new TextSample("a dog runs on grass", List.of("a dog runs on grass")),
                new TextSample("a cat", List.of("two birds in a tree")),
                new TextSample("red car on road", List.of("a red car on a road")));
        Estimate estimate = new Bleu(4).estimate(samples, new Bootstrap(1));
        assertThat(estimate.low()).isLessThan(estimate.value());
        assertThat(estimate.high()).isCloseTo(1, within(1e-6));
    }

    @Test
    void quantilesInterpolate() {
        double[] values = {1, 2, 4, 8};
        assertThat(Bootstrap.quantile(values, 0)).isEqualTo(1);
        assertThat(Bootstrap.quantile(values, 0.5)).isEqualTo(3);
        assertThat(Bootstrap.quantile(values, 0.9)).isCloseTo(6.8, within(1e-12));
        assertThat(Bootstrap.quantile(values, 1)).isEqualTo(8);
    }

    @Test
    void describesItselfInOneLine() {
        assertThat(new Estimate("anls", 0.57312, 0.5512, 0.595, 5349, new Bootstrap(7)).describe())
                .isEqualTo("anls 0.5731 (95 % interval 0.5512..0.5950, 5349 samples, seed 7)");
    }

    @Test
    void refusesNothingToEstimate() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Anls(AnlsVariant.RRC).estimate(List.of(), new Bootstrap(1)))
                .withMessage("metric anls needs at least one sample, found none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Bootstrap(1, 0, 0.95))
                .withMessageContaining("at least 1, found 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Bootstrap(1, 10, 1))
                .withMessageContaining("between 0 and 1");
    }

    @Test
    void metricsAreFoundByName() {
        assertThat(Metric.all()).extracting(Metric::name).doesNotHaveDuplicates();
        assertThat(Metric.all())
                .allSatisfy(metric -> assertThat(Metric.named(metric.name())).isEqualTo(metric));
        assertThat(Metric.named("anls")).isEqualTo(new Metric.OfTexts(new Anls(AnlsVariant.RRC)));
        assertThat(Metric.named("coco-map")).isInstanceOf(Metric.OfDetections.class);
        assertThat(Metric.named("cer").higherIsBetter()).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Metric.named("bleu"))
                .withMessageStartingWith("unknown metric \"bleu\", expected one of anls, anls-mp-docvqa");
    }
}
