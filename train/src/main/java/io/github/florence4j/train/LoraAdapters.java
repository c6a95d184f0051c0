package io.github.florence4j.train;

import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.TensorNames;
import io.github.florence4j.weights.Weights;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Low-rank adapters beside the linear layers of a frozen base. As a source of layers it gives the adapted ones, so that the
 * network is built on it like on any weights.
 *
 * <p>An adapter of layer {@code x} is two tensors, {@code x.lora_A.weight (r, in)} and {@code x.lora_B.weight (out, r)}.
 */
public final class LoraAdapters implements Parameters.Source, AutoCloseable {
    static final String DOWN = ".lora_A.weight";
    static final String UP = ".lora_B.weight";
    private static final String WEIGHT = ".weight";
    private static final List<String> TABLES = List.of("embed_positions", "row_embeddings", "column_embeddings");

    private final Weights base;
    private final LoraOptions options;
    private final Map<String, Tensor> parameters;

    private LoraAdapters(Weights base, LoraOptions options, Map<String, Tensor> parameters) {
        this.base = base;
        this.options = options;
        this.parameters = Collections.unmodifiableMap(parameters);
    }

    /**
     * New adapters of all targets. They change nothing yet: {@code lora_B} is zero, {@code lora_A} uniform within {@code
     * ±1 / sqrt(in)} from libtorch's default generator, as PEFT draws it.
     *
     * @param base borrowed; it must outlive the adapters
     * @throws IllegalArgumentException when a target matches no linear layer, or the output head, whose table is tied
     */
    public static LoraAdapters fresh(Weights base, LoraOptions options) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (String layer : layers(base, options)) {
            Tensor weight = base.get(layer + WEIGHT); // (out, in)
            double bound = 1 / Math.sqrt(weight.size(1));
            parameters.put(layer + DOWN, trainable(() -> torch.empty(options.rank(), weight.size(1))
                    .uniform_(-bound, bound, new GeneratorOptional())));
            parameters.put(layer + UP, trainable(() -> torch.zeros(weight.size(0), options.rank())));
        }
        return new LoraAdapters(base, options, parameters);
    }

    /**
     * Adapters with given tensors, which are copied.
     *
     * @param tensors pairs of {@code lora_A} and {@code lora_B} by full name
     * @throws IllegalArgumentException when a tensor fits no layer of the base
     */
    static LoraAdapters of(Weights base, LoraOptions options, Map<String, Tensor> tensors) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (String layer : layers(base, options)) {
            Tensor weight = base.get(layer + WEIGHT);
            for (String kind : List.of(DOWN, UP)) {
                long[] shape = kind.equals(DOWN)
                        ? new long[] {options.rank(), weight.size(1)}
                        : new long[] {weight.size(0), options.rank()};
                Tensor tensor = required(layer + kind, tensors.get(layer + kind), shape);
                parameters.put(layer + kind, trainable(() -> tensor.to(DType.FLOAT32.scalarType())
                        .clone()));
            }
        }
        return new LoraAdapters(base, options, parameters);
    }

    private static List<String> layers(Weights base, LoraOptions options) {
        List<String> linear = base.names().stream()
                .filter(name -> name.endsWith(WEIGHT) && base.get(name).dim() == 2)
                .map(name -> name.substring(0, name.length() - WEIGHT.length()))
                .filter(layer -> TABLES.stream().noneMatch(layer::endsWith) && !isTokenTable(layer))
                .toList();
        for (String target : options.targets()) {
            LoraOptions one = new LoraOptions(1, 1, false, 0, List.of(target));
            if (linear.stream().noneMatch(one::matches)) {
                throw new IllegalArgumentException("LoRA target " + target + " names no linear layer of its own weight;"
                        + " expected names such as q_proj, k_proj, v_proj, out_proj, fc1, fc2");
            }
        }
        return linear.stream().filter(options::matches).toList();
    }

    private static boolean isTokenTable(String layer) {
        return (layer + WEIGHT).equals(TensorNames.TOKEN_TABLE);
    }

    private static Tensor trainable(Scopes.Body<Tensor, RuntimeException> body) {
        return Scopes.own(() -> {
            Tensor tensor = body.run();
            tensor.set_requires_grad(true);
            return tensor;
        });
    }

    private static Tensor required(String name, @Nullable Tensor tensor, long... shape) {
        if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
            throw new IllegalArgumentException("adapter tensor " + name + " is "
                    + (tensor == null ? "missing" : "of shape " + Arrays.toString(tensor.shape())) + "; expected shape "
                    + Arrays.toString(shape));
        }
        return tensor;
    }

    @Override
    public Tensor get(String name) {
        return base.get(name);
    }

    @Override
    public boolean has(String name) {
        return base.has(name);
    }

    @Override
    public Linear linear(String name) {
        Linear plain = base.linear(name);
        Tensor down = parameters.get(name + DOWN);
        Tensor up = parameters.get(name + UP);
        return down == null || up == null ? plain : new LoraLinear(plain, down, up, options);
    }

    /** What they were made with. */
    public LoraOptions options() {
        return options;
    }

    /** The tensors that train, two per adapted layer, by full name. */
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /** The parts of the model that have adapters. */
    public Set<Part> parts() {
        Set<Part> parts = EnumSet.noneOf(Part.class);
        parameters.keySet().forEach(name -> parts.add(Part.of(name)));
        return parts;
    }

    /** Weights that compute without adapters what the base computes with them; the caller closes them. */
    public Weights merged() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (NoGrad noGrad = new NoGrad()) {
            for (String name : base.names()) {
                tensors.put(name, Scopes.own(() -> merged(name)));
            }
        }
        return Weights.owning(tensors);
    }

    private Tensor merged(String name) {
        Tensor weight = base.get(name);
        String layer = name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
        Tensor down = parameters.get(layer + DOWN);
        Tensor up = parameters.get(layer + UP);
        if (down == null || up == null) {
            return weight.clone();
        }
        Tensor change = torch.matmul(up, down).mul(new Scalar(options.scale())); // (out, in)
        return weight.add(change.to(weight.scalar_type()));
    }

    /** Frees the adapters. */
    @Override
    public void close() {
        parameters.values().forEach(Tensor::close);
    }
}
