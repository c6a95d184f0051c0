package io.github.florence4j.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A place in the tree of checkpoint names, from which layers take their weights.
 *
 * <p>Layers made here hold native handles: make them outside any {@code PointerScope}.
 */
public final class Parameters {
    /**
     * Two parts of a network.
     *
     * @param <A> what the first is
     * @param <B> what the second is
     */
    public record Two<A, B>(A first, B second) {}

    /** Where tensors come from, by full name in the transformers layout. */
    public interface Source {
        /** The tensor of that name; throws when there is none. */
        Tensor get(String name);

        /** Whether there is a tensor of that name. */
        boolean has(String name);

        /** The linear layer whose weights have that name plus {@code .weight} and {@code .bias}. */
        default Linear linear(String name) {
            String bias = name + ".bias";
            return new DenseLinear(
                    get(name + ".weight"), has(bias) ? new TensorOptional(get(bias)) : new TensorOptional());
        }

        /**
         * The convolution whose weights have that name plus {@code .weight} and {@code .bias}.
         *
         * @param form made of the weights before, where they never change
         */
        default Convolution convolution(String name, Convolution.Steps steps, UnaryOperator<Tensor> form) {
            Tensor weight = get(name + ".weight");
            return new Convolution(isFixed() ? form.apply(weight) : weight, get(name + ".bias"), steps);
        }

        /**
         * The branch of a layer norm and a window attention of those names, in a form for evaluation alone, where there is one; a block has either no
         * such branch or only such.
         */
        default Optional<MapBranch> windowBranch(String norm, String attention, int heads, int window) {
            return Optional.empty();
        }

        /** As {@link #windowBranch}, of a channel attention. */
        default Optional<MapBranch> channelBranch(String norm, String attention, int groups) {
            return Optional.empty();
        }

        /** As {@link #windowBranch}, of a feed-forward network. */
        default Optional<MapBranch> feedForwardBranch(String norm, String network) {
            return Optional.empty();
        }

        /** The vectors {@code (…, p)} of ids {@code (…)} in the table of that name. */
        default UnaryOperator<Tensor> lookup(String name) {
            Tensor table = get(name);
            return ids -> torch.embedding(table, ids);
        }

        /** Whether the tensors never change, so that a layer may compute with others that it made of them. */
        default boolean isFixed() {
            return false;
        }

        /** The type of queries, keys and values in the attentions that are large: all but those of the decoder over its own past. */
        default ScalarType attentionType() {
            return ScalarType.Float;
        }

        /** Whether its linear layers below a decoder can be part of a script. */
        default boolean isScripted() {
            return false;
        }

        /** The linear layers of those names, as one with their results side by side, where {@link #isScripted}. */
        default ScriptedLinear scripted(List<String> names) {
            throw new UnsupportedOperationException("these weights are not part of scripts");
        }

        /** Two parts of a network that share no weights; a source may make them side by side. */
        default <A, B> Two<A, B> both(Supplier<A> first, Supplier<B> second) {
            return new Two<>(first.get(), second.get());
        }

        /** Linear layers with those names that are always applied to the same input. */
        default LinearGroup linears(List<String> names) {
            List<Linear> layers = names.stream().map(this::linear).toList();
            return (x, regularization) -> layers.stream()
                    .map(layer -> layer.forward(x, regularization))
                    .toList();
        }
    }

    private final Source source;
    private final String prefix;

    private Parameters(Source source, String prefix) {
        this.source = source;
        this.prefix = prefix;
    }

    /** The root of the tree. */
    public static Parameters of(Source source) {
        return new Parameters(source, "");
    }

    /** The subtree below {@code child}, a name of one or more segments. */
    public Parameters at(String child) {
        return new Parameters(source, prefix + child + ".");
    }

    /** The subtree of the {@code index}-th entry of a list. */
    public Parameters at(int index) {
        return at(Integer.toString(index));
    }

    /** The tensor of that name here. */
    public Tensor tensor(String name) {
        return source.get(prefix + name);
    }

    UnaryOperator<Tensor> lookup(String name) {
        return source.lookup(prefix + name);
    }

    Linear linear(String name) {
        return source.linear(prefix + name);
    }

    Optional<MapBranch> windowBranch(String norm, String attention, int heads, int window) {
        return source.windowBranch(prefix + norm, prefix + attention, heads, window);
    }

    Optional<MapBranch> channelBranch(String norm, String attention, int groups) {
        return source.channelBranch(prefix + norm, prefix + attention, groups);
    }

    Optional<MapBranch> feedForwardBranch(String norm, String network) {
        return source.feedForwardBranch(prefix + norm, prefix + network);
    }

    ScalarType attentionType() {
        return source.attentionType();
    }

    LinearGroup linears(String... names) {
        return source.linears(Arrays.stream(names).map(name -> prefix + name).toList());
    }

    boolean isScripted() {
        return source.isScripted();
    }

    ScriptedLinear scripted(String... names) {
        return source.scripted(Arrays.stream(names).map(name -> prefix + name).toList());
    }

    LayerNorm layerNorm(String name) {
        return new LayerNorm(tensor(name + ".weight"), tensor(name + ".bias"));
    }

    Convolution convolution(String name, int stride, int padding) {
        return source.convolution(prefix + name, new Convolution.Steps(stride, padding, 1), UnaryOperator.identity());
    }

    /** A depthwise 3 x 3 convolution over {@code channels} that keeps the size and is added to its input. */
    ResidualConvolution depthwise(String name, long channels) {
        Convolution convolution = source.convolution(
                prefix + name, new Convolution.Steps(1, 1, channels), ResidualConvolution::plusIdentity);
        return new ResidualConvolution(convolution, source.isFixed());
    }
}
