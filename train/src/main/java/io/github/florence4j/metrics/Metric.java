package io.github.florence4j.metrics;

import java.util.List;
import java.util.stream.Collectors;

/** The metrics by name, sorted by what a sample of them must hold. */
public sealed interface Metric {

    /** The definition that computes it. */
    CorpusMetric<?> definition();

    /** The name in reports and on the command line. */
    default String name() {
        return definition().name();
    }

    /** Whether more is better; false for error rates. */
    default boolean higherIsBetter() {
        return definition().higherIsBetter();
    }

    /** A metric of answers and reference answers. */
    record OfTexts(CorpusMetric<TextSample> definition) implements Metric {}

    /** A metric of labelled boxes with scores, per image. */
    record OfDetections(CorpusMetric<DetectionSample> definition) implements Metric {}

    /** A metric of the one box that a phrase means. */
    record OfGroundings(CorpusMetric<GroundingSample> definition) implements Metric {}

    /** A metric of outlined areas. */
    record OfMasks(CorpusMetric<MaskSample> definition) implements Metric {}

    /** Every metric, in the order in which a list of them is shown. */
    static List<Metric> all() {
        return Metrics.ALL;
    }

    /**
     * The metric of that name.
     *
     * @throws IllegalArgumentException when there is none; the message lists the names
     */
    static Metric named(String name) {
        return all().stream()
                .filter(metric -> metric.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown metric \"" + name + "\", expected one of "
                        + all().stream().map(Metric::name).collect(Collectors.joining(", "))));
    }
}
