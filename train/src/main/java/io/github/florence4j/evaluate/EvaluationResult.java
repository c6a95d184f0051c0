package io.github.florence4j.evaluate;

import io.github.florence4j.data.RejectedSample;
import io.github.florence4j.metrics.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A model's answers to a data set with one prompt, and what they are worth.
 *
 * @param source what the data is called
 * @param prompt what was asked
 * @param samples the samples in the order of the data
 * @param rejected what could not be used: bad records, unreadable images, answers that a metric cannot use
 * @param metrics what was measured, the first being the principal one
 * @param seed the seed of the samples drawn
 * @param limit how many samples were to be drawn; empty for all
 * @param seconds how long the whole run took, of all prompts that were asked in it
 * @param imagesPerSecond questions on images per second of that run, decoding and scoring included
 */
public record EvaluationResult(
        String source,
        PromptTemplate prompt,
        List<SampleResult> samples,
        List<RejectedSample> rejected,
        List<MetricResult> metrics,
        long seed,
        OptionalLong limit,
        double seconds,
        double imagesPerSecond) {
    /** The key under which {@link #byTag} counts samples without a tag. */
    public static final String UNTAGGED = "(none)";

    /** Copies the lists. */
    public EvaluationResult {
        samples = List.copyOf(samples);
        rejected = List.copyOf(rejected);
        metrics = List.copyOf(metrics);
    }

    /** The principal metric's score with its interval. */
    public Estimate score() {
        return metrics.get(0).estimate();
    }

    /** The principal metric. */
    public MetricResult principal() {
        return metrics.get(0);
    }

    /** The number of samples that the model could not answer; they are scored as empty answers. */
    public long failures() {
        return samples.stream().filter(SampleResult::failed).count();
    }

    /** The number of answers that the token limit cut short. */
    public long truncated() {
        return samples.stream().filter(SampleResult::truncated).count();
    }

    /** The samples of each tag by their places, tags in order; a sample may have several. */
    public Map<String, List<Integer>> byTag() {
        Map<String, List<Integer>> places = new TreeMap<>();
        for (int i = 0; i < samples.size(); i++) {
            List<String> tags = samples.get(i).tags();
            for (String tag : tags.isEmpty() ? List.of(UNTAGGED) : tags) {
                places.computeIfAbsent(tag, key -> new ArrayList<>()).add(i);
            }
        }
        return places;
    }
}
