package io.github.florence4j.metrics;

import io.github.florence4j.result.Detection;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Where the scores come from that average precision ranks boxes by: Florence-2 writes none, so a report must say so. */
public enum BoxRanking {
    /** The probability of the box's location tokens. */
    LOCATION,
    /** The probability of the label's tokens. */
    LABEL,
    /** The place in the model's answer: the first box is the surest. */
    SEQUENCE,
    /** All alike, as other tools do: only ties are left. */
    CONSTANT;

    /**
     * The detections with their ranks as scores.
     *
     * @throws IllegalArgumentException when a token probability is asked for that was not recorded
     */
    public List<PredictedBox> rank(List<Detection> detections) {
        return IntStream.range(0, detections.size())
                .mapToObj(i -> new PredictedBox(
                        detections.get(i).label(), detections.get(i).box(), score(detections.get(i), i)))
                .toList();
    }

    private double score(Detection detection, int position) {
        return switch (this) {
            case LOCATION -> require(detection.score().location(), detection);
            case LABEL -> require(detection.score().label(), detection);
            case SEQUENCE -> 1.0 / (1 + position);
            case CONSTANT -> 1;
        };
    }

    private double require(OptionalDouble score, Detection detection) {
        return score.orElseThrow(() -> new IllegalArgumentException("the box of \"" + detection.label() + "\" has no "
                + name() + " score: generate with scores, or rank by SEQUENCE"));
    }
}
