package io.github.florence4j.weights;

import java.util.Arrays;

/** A part of the model, told by the beginning of its tensors' names. */
public enum Part {
    /** The DaViT vision tower. */
    VISION_TOWER("model.vision_tower."),
    /** Position and frame tables, projection and normalization of image features. */
    PROJECTOR("model.multi_modal_projector."),
    /** The token table, which is the head too. */
    EMBEDDINGS("model.language_model.shared."),
    /** The language model's encoder with its position table. */
    ENCODER("model.language_model.encoder."),
    /** The language model's decoder with its position table. */
    DECODER("model.language_model.decoder.");

    private final String prefix;

    Part(String prefix) {
        this.prefix = prefix;
    }

    /** What the transformers names of its tensors begin with. */
    public String prefix() {
        return prefix;
    }

    /** The part that a tensor belongs to. @throws IllegalArgumentException when the name is of no part */
    public static Part of(String name) {
        return Arrays.stream(values())
                .filter(part -> name.startsWith(part.prefix))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no part of the model has a tensor " + name));
    }
}
