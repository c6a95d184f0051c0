package io.github.florence4j.train;

import org.bytedeco.pytorch.Tensor;

/**
 * The pictures of a batch, as far as they are already computed.
 *
 * @param stage what {@code tensor} holds
 * @param tensor in the shape that the stage says
 */
public record ImageInput(Stage stage, Tensor tensor) {
    /** How far along the vision path the pictures are. */
    public enum Stage {
        /** Pixel values {@code (b, 3, height, width)}. */
        PIXELS,
        /** The frozen vision tower's map {@code (b, y, x, c)}. */
        TOWER_MAP,
        /** Visual tokens {@code (b, n, p)} behind a frozen tower and projector. */
        VISUAL_TOKENS
    }
}
