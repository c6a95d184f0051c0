package io.github.florence4j.train;

import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.LinearGroup;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.weights.Part;
import io.github.florence4j.weights.TensorNames;
import io.github.florence4j.weights.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * The weights of a model in training: tensors that record gradients for the parts that train, the checkpoint's own for the
 * rest.
 *
 * <p>The token table is one tensor, whatever names stand for it, and belongs to {@link Part#EMBEDDINGS}. Buffers never
 * train. The checkpoint must outlive this object.
 */
public final class TrainingWeights implements Parameters.Source, AutoCloseable {
    private final Weights weights;
    private final Set<Part> trained;
    private final Map<String, Tensor> parameters;
    private final List<HalfLinear> layers = new ArrayList<>();
    private final List<HalfLinears> groups = new ArrayList<>();

    private TrainingWeights(Weights weights, Set<Part> trained, Map<String, Tensor> parameters) {
        this.weights = weights;
        this.trained = Collections.unmodifiableSet(trained);
        this.parameters = Collections.unmodifiableMap(parameters);
    }

    /**
     * Copies the tensors of all parts but the frozen ones.
     *
     * @param weights in single or double precision, for steps of 1e-6 vanish in less
     * @param frozen the parts that keep their weights; they may be all, when something else trains in their place
     * @throws IllegalArgumentException when a tensor that shall train has another precision
     */
    public static TrainingWeights of(Weights weights, Set<Part> frozen) {
        return of(weights, frozen, Tensor::clone);
    }

    /**
     * Trains the tensors of all parts but the frozen ones themselves: they change, and no memory is needed for copies. The
     * file of the checkpoint stays as it is; pages of its mapping become memory of this process when they are written.
     *
     * @param weights as {@link #of}; used by nothing else that expects what the checkpoint said
     * @throws IllegalArgumentException as {@link #of}
     */
    public static TrainingWeights inPlace(Weights weights, Set<Part> frozen) {
        return of(weights, frozen, Tensor::detach);
    }

    private static TrainingWeights of(Weights weights, Set<Part> frozen, UnaryOperator<Tensor> take) {
        Set<Part> trained = EnumSet.allOf(Part.class);
        trained.removeAll(frozen);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (String name : weights.names()) {
            if (!TensorNames.isBuffer(name) && trained.contains(Part.of(name))) {
                parameters.put(name, trainable(name, weights.get(name), take));
            }
        }
        return new TrainingWeights(weights, trained, parameters);
    }

    /**
     * Weights of which some tensors give way to others, which are copied; those train, and the parts that they are of.
     *
     * @param replacements parameters by transformers name, of the shapes of the checkpoint's
     */
    static TrainingWeights replacing(Weights weights, Map<String, Tensor> replacements) {
        Set<Part> trained = EnumSet.noneOf(Part.class);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (String name : weights.names()) {
            Tensor replacement = replacements.get(name);
            if (replacement != null) {
                trained.add(Part.of(name));
                parameters.put(name, trainable(name, replacement, Tensor::clone));
            }
        }
        return new TrainingWeights(weights, trained, parameters);
    }

    /** Other leaves on the same memory: they are moved with these, and have gradients of their own. */
    public TrainingWeights replica() {
        Map<String, Tensor> leaves = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> leaves.put(name, trainable(name, parameter, Tensor::detach)));
        return new TrainingWeights(weights, trained, leaves);
    }

    private static Tensor trainable(String name, Tensor tensor, UnaryOperator<Tensor> take) {
        DType dtype = DType.of(tensor);
        if (dtype != DType.FLOAT32 && dtype != DType.FLOAT64) {
            throw new IllegalArgumentException(
                    "tensor " + name + " is " + dtype + "; weights that train are loaded as float32");
        }
        return Scopes.own(() -> {
            Tensor parameter = take.apply(tensor.detach());
            parameter.set_requires_grad(true);
            return parameter;
        });
    }

    @Override
    public Tensor get(String name) {
        Tensor parameter = parameters.get(untied(name));
        return parameter == null ? weights.get(name) : parameter;
    }

    @Override
    public boolean has(String name) {
        return weights.has(name);
    }

    @Override
    public LinearGroup linears(List<String> names) {
        HalfLinears group = new HalfLinears(names.stream().map(this::halfLinear).toList());
        groups.add(group);
        return group;
    }

    @Override
    public Linear linear(String name) {
        return halfLinear(name);
    }

    private HalfLinear halfLinear(String name) {
        String bias = name + ".bias";
        HalfLinear layer =
                new HalfLinear(get(name + ".weight"), has(bias) ? new TensorOptional(get(bias)) : new TensorOptional());
        layers.add(layer);
        return layer;
    }

    /** The tensors that train, by transformers name, each once, in the order of the model. */
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /** The parts that train. */
    public Set<Part> trained() {
        return trained;
    }

    /** The number of parameters that train. */
    public long trainableCount() {
        return parameters.values().stream().mapToLong(Tensor::numel).sum();
    }

    /** One sentence for the log: how many parameters train, of how many, and what is frozen. */
    public String describe() {
        Set<Part> frozen = EnumSet.allOf(Part.class);
        frozen.removeAll(trained);
        String rest = frozen.isEmpty()
                ? "nothing is frozen"
                : frozen.stream().map(TrainingWeights::flag).collect(Collectors.joining(", ")) + " frozen";
        return String.format(
                Locale.ROOT, "%,d of %,d parameters train; %s", trainableCount(), weights.parameterCount(""), rest);
    }

    /** All weights as they are now, for saving or evaluating; it borrows them. */
    public Weights current() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : weights.names()) {
            tensors.put(name, get(name));
        }
        return Weights.borrowing(tensors);
    }

    private static String flag(Part part) {
        return part.name().toLowerCase(Locale.ROOT);
    }

    private static String untied(String name) {
        return TensorNames.TIED.contains(name) ? TensorNames.TOKEN_TABLE : name;
    }

    /** Frees the tensors that train, and what layers on them hold. */
    @Override
    public void close() {
        groups.forEach(HalfLinears::close);
        layers.forEach(HalfLinear::close);
        parameters.values().forEach(Tensor::close);
    }
}
