package io.github.florence4j.train;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Shapes;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.TensorNames;
import io.github.florence4j.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * The tensors of an adapter file by transformers name.
 *
 * @param file where they are from, for messages
 * @param adapters pairs of {@code lora_A} and {@code lora_B}
 * @param others tensors that stand in for those of the base
 */
record LoraTensors(Path file, Map<String, Tensor> adapters, Map<String, Tensor> others) {
    /** The names of the token table that the model computes with; the encoder's own is never asked. */
    private static final Set<String> TABLES_IN_USE =
            Set.of(TensorNames.TOKEN_TABLE, "model.language_model.decoder.embed_tokens.weight", TensorNames.HEAD);

    /**
     * Sorts stored tensors.
     *
     * @param stored by the module names of either layout; transformers' begin with {@code model.}, but for the head
     * @throws IllegalArgumentException when one is no tensor of an adapter of linear layers, or of the model
     */
    static LoraTensors of(Path file, Map<String, Tensor> stored) {
        boolean transformers = stored.keySet().stream().anyMatch(name -> name.startsWith("model."));
        KeyLayout layout = transformers ? KeyLayout.TRANSFORMERS : KeyLayout.MICROSOFT;
        Map<String, Tensor> adapters = new LinkedHashMap<>();
        Map<String, Tensor> others = new LinkedHashMap<>();
        stored.forEach((module, tensor) -> {
            String name = layout.toTransformers(module)
                    .orElseThrow(() -> new IllegalArgumentException(
                            file + " has a tensor " + module + "; expected layers of Florence-2"));
            if (!name.contains(".lora_")) {
                others.put(name, tensor);
            } else {
                adapters.put(requireLinear(file, name, tensor), tensor);
            }
        });
        return new LoraTensors(file, adapters, others);
    }

    private static String requireLinear(Path file, String name, Tensor tensor) {
        String layer = name.substring(0, name.indexOf(".lora_"));
        if (LoraLayers.TIED.contains(layer)) {
            throw new IllegalArgumentException(file + " adapts " + layer
                    + ", whose table is the token embeddings and the output head in one; expected adapters of linear"
                    + " layers of their own weight");
        }
        boolean plain = name.endsWith(LoraAdapters.DOWN) || name.endsWith(LoraAdapters.UP);
        if (!plain || tensor.dim() != 2) {
            throw new IllegalArgumentException(file + " has a tensor " + name + " of shape "
                    + Shapes.format(Shapes.of(tensor)) + "; expected lora_A and lora_B matrices of linear layers");
        }
        return name;
    }

    /** The adapted layers. */
    List<String> layers() {
        return adapters.keySet().stream()
                .map(name -> name.substring(0, name.indexOf(".lora_")))
                .distinct()
                .toList();
    }

    /**
     * What the base's own tensors give way to: parameters only, the token table once.
     *
     * @throws IllegalArgumentException when a tensor does not fit the base, or one that is tied to others is alone
     */
    Map<String, Tensor> replacements(Weights base) {
        Map<String, Tensor> replacements = new LinkedHashMap<>();
        others.forEach((name, tensor) -> {
            requireShape(name, tensor, base);
            boolean table = name.equals(TensorNames.TOKEN_TABLE) || TensorNames.TIED.contains(name);
            if (!table && !TensorNames.isBuffer(name)) {
                replacements.put(name, tensor);
            }
        });
        Map<String, Tensor> tables = new LinkedHashMap<>(others);
        tables.keySet().retainAll(TABLES_IN_USE);
        boolean whole = tables.keySet().equals(TABLES_IN_USE);
        if (whole || tables.values().stream().anyMatch(table -> !same(table, base.get(TensorNames.TOKEN_TABLE)))) {
            requireOne(tables);
            replacements.put(TensorNames.TOKEN_TABLE, tables.values().iterator().next());
        }
        return replacements;
    }

    private void requireShape(String name, Tensor tensor, Weights base) {
        List<Long> expected = base.has(name) ? Shapes.of(base.get(name)) : List.of();
        if (!Shapes.of(tensor).equals(expected)) {
            throw new IllegalArgumentException(file + " has a tensor " + name + " of shape "
                    + Shapes.format(Shapes.of(tensor)) + "; expected "
                    + (expected.isEmpty() ? "tensors of the model" : "shape " + Shapes.format(expected)));
        }
    }

    private void requireOne(Map<String, Tensor> tables) {
        Tensor first = tables.values().iterator().next();
        if (!tables.keySet().equals(TABLES_IN_USE) || tables.values().stream().anyMatch(table -> !same(table, first))) {
            throw new IllegalArgumentException(file + " changes " + String.join(", ", tables.keySet())
                    + " apart from what is tied to it; expected token embeddings and output head to be one table");
        }
    }

    private static boolean same(Tensor one, Tensor other) {
        return one.equal(other.to(DType.FLOAT32.scalarType()));
    }
}
