package io.github.florence4j.weights;

import io.github.florence4j.torch.file.InvalidWeightsException;
import java.util.Optional;
import java.util.Set;

/** How a checkpoint names its tensors. Inside this project they have the transformers names. */
public enum KeyLayout {
    /** The names of the original code, published as {@code microsoft/Florence-2-*}. */
    MICROSOFT("image_projection"),
    /** The names of the transformers library, published as {@code florence-community/Florence-2-*}. */
    TRANSFORMERS(TensorNames.IMAGE_PROJECTION);

    private final String telltale;

    KeyLayout(String telltale) {
        this.telltale = telltale;
    }

    /**
     * The layout of a set of names, recognized by the name of the image projection (specification 4.3).
     *
     * @throws InvalidWeightsException when it is neither
     */
    public static KeyLayout detect(Set<String> names) {
        for (KeyLayout layout : values()) {
            if (names.contains(layout.telltale)) {
                return layout;
            }
        }
        throw new InvalidWeightsException("these are not the weights of Florence-2: none of the " + names.size()
                + " tensors is called " + MICROSOFT.telltale + " or " + TRANSFORMERS.telltale);
    }

    /** The transformers name of a tensor that this layout calls {@code name}; empty when it knows none. */
    public Optional<String> toTransformers(String name) {
        return this == TRANSFORMERS ? Optional.of(name) : Renames.toTransformers(name);
    }

    /** What this layout calls the tensor with a transformers name; empty when it has none. */
    public Optional<String> fromTransformers(String name) {
        return this == TRANSFORMERS ? Optional.of(name) : Renames.toMicrosoft(name);
    }

    /** Whether this layout stores the tensor with a transformers name transposed. */
    boolean transposes(String name) {
        return this == MICROSOFT && name.equals(TensorNames.IMAGE_PROJECTION);
    }
}
