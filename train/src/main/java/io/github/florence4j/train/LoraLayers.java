package io.github.florence4j.train;

import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.TensorNames;
import io.github.florence4j.weights.Weights;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The layers that can have adapters, and what each layout calls them. A layer's name is its weight's without the ending. */
final class LoraLayers {
    static final String WEIGHT = ".weight";

    /** What stands for the token table: adapting one of them alone would untie it from the others. */
    static final List<String> TIED = Stream.concat(Stream.of(TensorNames.TOKEN_TABLE), TensorNames.TIED.stream())
            .map(LoraLayers::layer)
            .toList();

    private static final List<String> TABLES = List.of("embed_positions", "row_embeddings", "column_embeddings");
    private static final String EXPECTED =
            "expected linear layers of their own weight, such as q_proj, k_proj, v_proj," + " out_proj, fc1 and fc2";

    private LoraLayers() {}

    /** The layer whose weight has that name. */
    static String layer(String tensor) {
        return tensor.endsWith(WEIGHT) ? tensor.substring(0, tensor.length() - WEIGHT.length()) : tensor;
    }

    /** What a layout calls the module with a transformers name; empty when it has no such module. */
    static Optional<String> module(String layer, KeyLayout layout) {
        return layout.fromTransformers(layer + WEIGHT)
                .filter(name -> name.endsWith(WEIGHT))
                .map(LoraLayers::layer);
    }

    /**
     * The layers of a model that the targets name, in the order of the model.
     *
     * @param trained the parts whose own weights train
     * @throws IllegalArgumentException when a target names no linear layer, a tied table, or a layer whose own weight
     *     trains
     */
    static List<String> of(Weights weights, Set<Part> trained, LoraTargets targets) {
        requireUntied(targets);
        List<String> linear = weights.names().stream()
                .filter(name -> name.endsWith(WEIGHT) && weights.get(name).dim() == 2)
                .map(LoraLayers::layer)
                .filter(layer -> !TIED.contains(layer) && TABLES.stream().noneMatch(layer::endsWith))
                .toList();
        requireAllFound(linear, targets);
        List<String> layers = linear.stream().filter(targets::matches).toList();
        for (String layer : layers) {
            if (trained.contains(Part.of(layer))) {
                throw new IllegalArgumentException("LoRA target " + layer
                        + " is in a part whose own weights train; expected a frozen part, or other targets");
            }
        }
        return layers;
    }

    private static void requireUntied(LoraTargets targets) {
        for (String layer : TIED) {
            if (targets.matches(layer)) {
                throw new IllegalArgumentException("LoRA targets " + describe(targets) + " fit " + layer
                        + ", whose table is the token embeddings and the output head in one; " + EXPECTED);
            }
        }
    }

    private static void requireAllFound(List<String> linear, LoraTargets targets) {
        List<LoraTargets> each = targets instanceof LoraTargets.Named named
                ? named.names().stream()
                        .<LoraTargets>map(name -> new LoraTargets.Named(List.of(name)))
                        .toList()
                : List.of(targets);
        for (LoraTargets one : each) {
            if (linear.stream().noneMatch(one::matches)) {
                throw new IllegalArgumentException(
                        "LoRA targets " + describe(one) + " fit no linear layer of the model; " + EXPECTED);
            }
        }
    }

    private static String describe(LoraTargets targets) {
        if (targets instanceof LoraTargets.Named named) {
            return String.join(", ", named.names());
        }
        return targets instanceof LoraTargets.Matching matching ? matching.regex() : LoraTargets.ALL_LINEAR_NAME;
    }
}
