package io.github.florence4j.data;

import org.jspecify.annotations.Nullable;

/**
 * A sample ready for the model.
 *
 * @param index the number of the record in its source
 * @param sample the sample, with all its answers
 * @param imageHash the SHA-256 of the encoded image file
 * @param pixelValues the processed picture {@code (3, height, width)}, or null where it was not wanted
 * @param imageWidth the width of the decoded picture in pixels, 0 where it was not decoded
 * @param imageHeight the height of the decoded picture in pixels, 0 where it was not decoded
 * @param promptIds {@code <s>}, the prompt's words, {@code </s>}
 * @param labelIds {@code <s>}, the answer, {@code </s>}; empty when the sample has no answer
 * @param truncated whether prompt or answer was cut to its limit
 */
@SuppressWarnings("ArrayRecordComponent") // handed over without a copy and not changed afterwards
public record Example(
        long index,
        Sample sample,
        String imageHash,
        float @Nullable [] pixelValues,
        int imageWidth,
        int imageHeight,
        int[] promptIds,
        int[] labelIds,
        boolean truncated) {

    /** The sample's id. */
    public String id() {
        return sample.id();
    }
}
