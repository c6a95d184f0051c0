package io.github.florence4j.evaluate;

import io.github.florence4j.data.TrueBoxes;
import io.github.florence4j.metrics.DetectionSample;
import io.github.florence4j.metrics.GroundingSample;
import io.github.florence4j.metrics.MaskSample;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.metrics.PredictedBox;
import io.github.florence4j.metrics.Tally;
import io.github.florence4j.metrics.TextSample;
import io.github.florence4j.metrics.TruthBox;
import io.github.florence4j.result.Box;
import io.github.florence4j.result.Detection;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.result.Ring;
import io.github.florence4j.result.Score;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.task.ParserKind;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Answers as the metrics take them. */
final class MetricSamples {
    private MetricSamples() {}

    /** Whether a metric measures what a task answers. */
    static boolean fits(Metric metric, Task<?> task) {
        ParserKind kind = task.parserKind();
        if (metric instanceof Metric.OfTexts) {
            return kind == ParserKind.PURE_TEXT || kind == ParserKind.OCR;
        }
        boolean either = kind == ParserKind.DESCRIPTION_WITH_BBOXES_OR_POLYGONS;
        if (metric instanceof Metric.OfMasks) {
            return kind == ParserKind.POLYGONS || either;
        }
        return either || isOfBoxes(kind);
    }

    private static boolean isOfBoxes(ParserKind kind) {
        return kind == ParserKind.DESCRIPTION_WITH_BBOXES
                || kind == ParserKind.BBOXES
                || kind == ParserKind.PHRASE_GROUNDING;
    }

    /** What a metric needs that the answers of a sample lack, as a clause; empty when they are fine or there are none. */
    static Optional<String> lack(Metric metric, SampleResult sample) {
        TaskResult truth = sample.truth();
        if (truth == null || !fits(metric, sample.prompt().task())) {
            return Optional.empty();
        }
        if (metric instanceof Metric.OfTexts texts) {
            try {
                texts.definition().tally(List.of(new TextSample("", references(sample))));
                return Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }
        boolean missing = (metric instanceof Metric.OfGroundings && boxes(truth).isEmpty())
                || (metric instanceof Metric.OfMasks && rings(truth).isEmpty());
        return missing
                ? Optional.of("its answer has no " + (metric instanceof Metric.OfMasks ? "outline" : "box") + ", which "
                        + metric.name() + " needs")
                : Optional.empty();
    }

    /** The samples, all of which fit the metric and have a truth, counted. */
    static Tally tally(Metric metric, List<SampleResult> samples) {
        if (metric instanceof Metric.OfTexts m) {
            return m.definition()
                    .tally(samples.stream()
                            .map(sample -> new TextSample(sample.text(), references(sample)))
                            .toList());
        }
        if (metric instanceof Metric.OfDetections m) {
            return m.definition()
                    .tally(samples.stream().map(MetricSamples::detections).toList());
        }
        if (metric instanceof Metric.OfGroundings m) {
            return m.definition()
                    .tally(samples.stream()
                            .map(sample -> new GroundingSample(
                                    boxes(sample.prediction()),
                                    boxes(truth(sample)).get(0)))
                            .toList());
        }
        return ((Metric.OfMasks) metric)
                .definition()
                .tally(samples.stream()
                        .map(sample -> new MaskSample(
                                sample.width(), sample.height(), rings(sample.prediction()), rings(truth(sample))))
                        .toList());
    }

    /**
     * The boxes of a sample, the true ones as the data has them where it does: then all are in the pixels of the data. A
     * prediction without a score of its own ranks last.
     */
    static DetectionSample detections(SampleResult sample) {
        TrueBoxes there = sample.boxes();
        return new DetectionSample(
                labelled(sample.prediction()).stream()
                        .map(found -> new PredictedBox(
                                found.label(),
                                there == null
                                        ? found.box()
                                        : there.scaled(found.box(), sample.width(), sample.height()),
                                rank(found.score())))
                        .toList(),
                there == null ? answered(sample) : there.boxes());
    }

    private static List<TruthBox> answered(SampleResult sample) {
        return labelled(truth(sample)).stream()
                .map(item -> new TruthBox(item.label(), item.box()))
                .toList();
    }

    private static double rank(Score score) {
        return score.location().orElse(0);
    }

    private static TaskResult truth(SampleResult sample) {
        return Objects.requireNonNull(sample.truth());
    }

    /** The accepted answers in words; those of OCR with places are the lines without them. */
    private static List<String> references(SampleResult sample) {
        Task<?> task = sample.prompt().task();
        return task.parserKind() != ParserKind.OCR
                ? sample.answers()
                : sample.answers().stream()
                        .map(answer -> lines(answer, task, sample))
                        .toList();
    }

    private static String lines(String answer, Task<?> task, SampleResult sample) {
        TaskResult read = Results.read(answer, task, sample.width(), sample.height(), Profile.FLORENCE4J);
        return read instanceof OcrRegions regions && regions.size() > 0 ? Results.text(regions) : answer;
    }

    private static List<Detection> labelled(TaskResult result) {
        if (result instanceof Detections found) {
            return found.items();
        }
        return result instanceof OpenVocabularyDetections both
                ? both.detections().items()
                : List.of();
    }

    private static List<Box> boxes(TaskResult result) {
        return labelled(result).stream().map(Detection::box).toList();
    }

    private static List<Ring> rings(TaskResult result) {
        Polygons outlines = result instanceof OpenVocabularyDetections both
                ? both.polygons()
                : result instanceof Polygons own ? own : new Polygons(List.of());
        return outlines.items().stream().flatMap(item -> item.rings().stream()).toList();
    }
}
