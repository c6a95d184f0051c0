package io.github.florence4j.train;

import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Shapes;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.Weights;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Low-rank adapters beside linear layers of a base, parts of which may train directly too. As a source of layers it gives
 * the adapted ones, so that the network is built on it like on any weights.
 *
 * <p>An adapter of layer {@code x} is two tensors, {@code x.lora_A.weight (r, in)} and {@code x.lora_B.weight (out, r)}.
 */
public final class LoraAdapters implements Parameters.Source, AutoCloseable {
    static final String DOWN = ".lora_A.weight";
    static final String UP = ".lora_B.weight";

    /** The two matrices beside a layer, {@code (r, in)} and {@code (out, r)}, and what their product is multiplied by. */
    record Adapter(Tensor down, Tensor up, double scale) {}

    private final TrainingWeights base;
    private final boolean ownsBase;
    private final LoraOptions options;
    private final Map<String, Adapter> adapters;

    private LoraAdapters(TrainingWeights base, boolean ownsBase, LoraOptions options, Map<String, Adapter> adapters) {
        this.base = base;
        this.ownsBase = ownsBase;
        this.options = options;
        this.adapters = Collections.unmodifiableMap(adapters);
    }

    /**
     * New adapters of all targets. They change nothing yet: {@code lora_B} is zero, {@code lora_A} uniform within {@code
     * ±1 / sqrt(in)} from libtorch's default generator, as PEFT draws it.
     *
     * @param base borrowed, it must outlive the adapters; what trains in it trains with them
     * @throws IllegalArgumentException when a target fits no linear layer, the output head or the token table, which are
     *     one tensor, or a layer whose own weight trains
     */
    public static LoraAdapters fresh(TrainingWeights base, LoraOptions options) {
        Weights weights = base.current();
        Map<String, Adapter> adapters = new LinkedHashMap<>();
        for (String layer : LoraLayers.of(weights, base.trained(), options.targets())) {
            Tensor weight = weights.get(layer + LoraLayers.WEIGHT); // (out, in)
            int rank = options.rank(layer);
            double bound = 1 / Math.sqrt(weight.size(1));
            adapters.put(
                    layer,
                    new Adapter(
                            trainable(() ->
                                    torch.empty(rank, weight.size(1)).uniform_(-bound, bound, new GeneratorOptional())),
                            trainable(() -> torch.zeros(weight.size(0), rank)),
                            options.scale(layer)));
        }
        return new LoraAdapters(base, false, options, adapters);
    }

    /**
     * Adapters with given tensors, which are copied.
     *
     * @param base taken over
     * @param tensors pairs of {@code lora_A} and {@code lora_B} by full name
     * @throws IllegalArgumentException when a tensor fits no layer of the base
     */
    static LoraAdapters of(TrainingWeights base, LoraOptions options, Map<String, Tensor> tensors) {
        Weights weights = base.current();
        Map<String, Adapter> adapters = new LinkedHashMap<>();
        for (String layer : LoraLayers.of(weights, Set.of(), options.targets())) {
            Tensor weight = weights.get(layer + LoraLayers.WEIGHT);
            Tensor down = required(layer + DOWN, tensors, options.rank(layer), weight.size(1));
            Tensor up = required(layer + UP, tensors, weight.size(0), options.rank(layer));
            adapters.put(layer, new Adapter(copy(down), copy(up), options.scale(layer)));
        }
        return new LoraAdapters(base, true, options, adapters);
    }

    private static Tensor required(String name, Map<String, Tensor> tensors, long... shape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
            throw new IllegalArgumentException("adapter tensor " + name + " is "
                    + (tensor == null ? "missing" : "of shape " + Shapes.format(Shapes.of(tensor)))
                    + "; expected shape "
                    + Shapes.format(Arrays.stream(shape).boxed().toList()));
        }
        return tensor;
    }

    private static Tensor copy(Tensor tensor) {
        return trainable(() -> tensor.to(DType.FLOAT32.scalarType()).clone());
    }

    private static Tensor trainable(Scopes.Body<Tensor, RuntimeException> body) {
        return Scopes.own(() -> {
            Tensor tensor = body.run();
            tensor.set_requires_grad(true);
            return tensor;
        });
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
        Adapter adapter = adapters.get(name);
        return adapter == null ? plain : new LoraLinear(plain, adapter, options.dropout());
    }

    /** What they were made with. */
    public LoraOptions options() {
        return options;
    }

    /** The tensors that train, by full name: those of the base, then two per adapted layer, in the order of the model. */
    public Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>(base.parameters());
        parameters.putAll(adapterTensors());
        return Collections.unmodifiableMap(parameters);
    }

    /** The adapters' own tensors, by full name. */
    Map<String, Tensor> adapterTensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        adapters.forEach((layer, adapter) -> {
            tensors.put(layer + DOWN, adapter.down);
            tensors.put(layer + UP, adapter.up);
        });
        return tensors;
    }

    /** The tensors of the base that train themselves, by full name. */
    Map<String, Tensor> trainedBase() {
        return base.parameters();
    }

    /** The adapted layers by full name, in the order of the model. */
    public Set<String> layers() {
        return adapters.keySet();
    }

    /** The parts of the model that train: those with adapters and those that train directly. */
    public Set<Part> parts() {
        Set<Part> parts = EnumSet.noneOf(Part.class);
        parts.addAll(base.trained());
        adapters.keySet().forEach(layer -> parts.add(Part.of(layer)));
        return parts;
    }

    /** The number of parameters that train. */
    public long trainableCount() {
        return parameters().values().stream().mapToLong(Tensor::numel).sum();
    }

    /** One sentence for the log: how many parameters train, of how many, and where. */
    public String describe() {
        Set<Part> adapted = EnumSet.noneOf(Part.class);
        adapters.keySet().forEach(layer -> adapted.add(Part.of(layer)));
        String direct = base.trained().isEmpty() ? "" : ", and all of " + list(base.trained());
        long adapterCount =
                adapterTensors().values().stream().mapToLong(Tensor::numel).sum();
        return String.format(
                Locale.ROOT,
                "%,d of %,d parameters train: adapters of %d layers of %s%s",
                trainableCount(),
                base.current().parameterCount("") + adapterCount,
                adapters.size(),
                list(adapted),
                direct);
    }

    private static String list(Set<Part> parts) {
        return parts.stream().map(part -> part.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", "));
    }

    /**
     * Weights that compute without adapters what the base computes with them; the caller closes them. Tensors that no
     * adapter changes are shared with the base and go on training with it.
     */
    public Weights merged() {
        Weights weights = base.current();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (NoGrad noGrad = new NoGrad()) {
            for (String name : weights.names()) {
                tensors.put(name, Scopes.own(() -> merged(weights.get(name), adapters.get(LoraLayers.layer(name)))));
            }
        }
        return Weights.owning(tensors);
    }

    private static Tensor merged(Tensor weight, @Nullable Adapter adapter) {
        if (adapter == null) {
            return weight.detach();
        }
        Tensor change = torch.matmul(adapter.up, adapter.down).mul(new Scalar(adapter.scale)); // (out, in)
        return weight.add(change.to(weight.scalar_type()));
    }

    /** Frees the adapters. */
    @Override
    public void close() {
        adapters.values().forEach(adapter -> {
            adapter.down.close();
            adapter.up.close();
        });
        if (ownsBase) {
            base.close();
        }
    }
}
