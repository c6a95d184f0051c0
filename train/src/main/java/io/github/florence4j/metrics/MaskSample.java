package io.github.florence4j.metrics;

import io.github.florence4j.result.Ring;
import java.util.List;

/**
 * The area that the model outlined and the right one.
 *
 * @param width width of the image in pixels, at least 1
 * @param height height of the image in pixels, at least 1
 * @param prediction the model's outlines; their union counts
 * @param truth the right outlines; their union counts
 */
public record MaskSample(int width, int height, List<Ring> prediction, List<Ring> truth) {

    /** Copies the lists and checks the size. */
    public MaskSample {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("an image is at least 1 x 1 pixels, found " + width + " x " + height);
        }
        prediction = List.copyOf(prediction);
        truth = List.copyOf(truth);
    }
}
