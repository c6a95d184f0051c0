package io.github.florence4j.nn;

import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.torch.Scopes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * DaViT: stages of a convolution that shrinks the map, followed by blocks that attend within windows of positions, then
 * across channels (specification 2.2; reference: {@code Florence2VisionBackbone}).
 *
 * <p>Maps are {@code (b, y, x, c)}, channels last throughout.
 */
public final class DavitVisionTower {
    /** One named step of the tower and the map it gave; for comparing with a reference. */
    @FunctionalInterface
    public interface Observer {
        /** Called with the checkpoint's name of the layer and its output {@code (b, y, x, c)}, only lent: later layers may overwrite it. */
        void layer(String name, Tensor map);
    }

    /** Elements of a map to work on at a time: temporaries stay in the cache, those of a whole large map would be hundreds of megabytes. */
    private static final long ELEMENTS_AT_ONCE = 1152 * 512;

    /** Elements of which a second map would be among the most that an answer takes: sixteen megabytes. */
    private static final long LARGE_MAP = 1 << 22;

    private final List<Stage> stages = new ArrayList<>();

    /** The tower of that configuration on the weights below {@code vision_tower}. */
    public DavitVisionTower(VisionConfig config, Parameters parameters) {
        double[] rates = dropPathRates(config);
        int block = 0;
        for (int s = 0; s < config.stages(); s++) {
            List<Block> blocks = new ArrayList<>();
            for (int d = 0; d < config.depths().get(s); d++) {
                Parameters at = parameters.at("blocks").at(s).at(d);
                String name = "blocks." + s + "." + d;
                blocks.add(spatialBlock(name, config, s, at.at("spatial_block"), rates[block++]));
                blocks.add(channelBlock(name, config, s, at.at("channel_block"), rates[block++]));
            }
            stages.add(new Stage(
                    "convs." + s,
                    new ConvEmbedding(config, s, parameters.at("convs").at(s)),
                    List.copyOf(blocks)));
        }
    }

    /** The last stage's map {@code (b, y, x, c)} of pixel values {@code (b, 3, height, width)}. */
    public Tensor forward(Tensor pixelValues, Regularization regularization) {
        return forward(pixelValues, regularization, (name, map) -> {});
    }

    /** As {@link #forward(Tensor, Regularization)}, showing every layer's output to {@code observer}. */
    public Tensor forward(Tensor pixelValues, Regularization regularization, Observer observer) {
        return Scopes.keep(() -> {
            Tensor map = pixelValues.permute(0, 2, 3, 1); // (b, y, x, c)
            for (Stage stage : stages) {
                Tensor input = map;
                map = Scopes.keep(() -> stage.embedding.forward(input));
                observer.layer(stage.name, map);
                for (Block block : stage.blocks) {
                    Tensor x = map;
                    map = regularization.layer(x, in -> block.forward(in, regularization));
                    observer.layer(block.name, map);
                    x.close();
                }
            }
            return map;
        });
    }

    /** Rates of stochastic depth, rising linearly from 0 over all sub-blocks (specification 2.2). */
    private static double[] dropPathRates(VisionConfig config) {
        int count = 2 * config.depths().stream().mapToInt(Integer::intValue).sum();
        double[] rates = new double[count];
        for (int i = 1; i < count; i++) {
            rates[i] = config.dropPathRate() * i / (count - 1);
        }
        return rates;
    }

    private static Block spatialBlock(String name, VisionConfig config, int stage, Parameters at, double dropPath) {
        int heads = config.numHeads().get(stage);
        int window = config.windowSize();
        Convolutions convolutions = new Convolutions(at, config.embedDim().get(stage));
        return at.windowBranch("norm1", "window_attn", heads, window)
                .map(branch -> new Block(name + ".spatial_block", convolutions, branch, at))
                .orElseGet(() -> new Block(
                        name + ".spatial_block",
                        convolutions,
                        new Layers(at, new WindowAttention(at.at("window_attn"), heads, window), dropPath)));
    }

    private static Block channelBlock(String name, VisionConfig config, int stage, Parameters at, double dropPath) {
        int groups = config.numGroups().get(stage);
        Convolutions convolutions = new Convolutions(at, config.embedDim().get(stage));
        return at.channelBranch("norm1", "channel_attn", groups)
                .map(branch -> new Block(name + ".channel_block", convolutions, branch, at))
                .orElseGet(() -> new Block(
                        name + ".channel_block",
                        convolutions,
                        new Layers(at, new ChannelAttention(at.at("channel_attn"), groups), dropPath)));
    }

    private record Stage(String name, ConvEmbedding embedding, List<Block> blocks) {}

    /** The convolution that opens a stage. Its layer norm acts on the input (prenorm) or on the output, never on both. */
    private static final class ConvEmbedding {
        private final Convolution conv;
        private final LayerNorm norm;
        private final boolean prenorm;
        private final boolean first; // takes the caller's pixels, which are not to be changed

        ConvEmbedding(VisionConfig config, int stage, Parameters at) {
            this.conv = at.convolution(
                    "conv",
                    config.patchStride().get(stage),
                    config.patchPadding().get(stage));
            this.norm = at.layerNorm("norm");
            this.prenorm = config.patchPrenorm().get(stage);
            this.first = stage == 0;
        }

        /** The map of the stage of the one before, which is closed as soon as it is not wanted any more, and may be overwritten. */
        Tensor forward(Tensor map) {
            ScalarType type = map.scalar_type();
            // Pixels come channels first, and a convolution gives its far larger map in the order of its input.
            Tensor operand = Scopes.keep(() -> (prenorm ? normed(map) : conv.operand(map)).contiguous());
            map.close();
            Tensor result = Scopes.keep(() -> {
                UnaryOperator<Tensor> then = prenorm ? UnaryOperator.identity() : norm::forward;
                return GradMode.is_enabled()
                        ? then.apply(conv.forward(operand, type))
                        : conv.inParts(operand, type, then, ELEMENTS_AT_ONCE);
            });
            operand.close();
            return result;
        }

        /** In the type of the convolution; in evaluation without a second map in single precision. */
        private Tensor normed(Tensor map) {
            if (GradMode.is_enabled() || first) {
                return conv.operand(norm.forward(map));
            }
            Tensor operand = conv.operandMemory(map);
            long rows = rowsAtOnce(map);
            for (long begin = 0; begin < map.size(1); begin += rows) {
                try (PointerScope scope = new PointerScope()) {
                    long count = Math.min(rows, map.size(1) - begin);
                    operand.narrow(1, begin, count).copy_(norm.forward(map.narrow(1, begin, count)));
                }
            }
            return operand;
        }
    }

    /** Rows of a map {@code (b, y, x, c)} to work on at a time. */
    private static long rowsAtOnce(Tensor map) {
        return Math.max(1, ELEMENTS_AT_ONCE / (map.size(2) * map.size(3)));
    }

    /** Attention over a map {@code (b, y, x, c)}. */
    interface MapAttention {
        /** {@code (b, y, x, c) -> (b, y, x, c)}. */
        Tensor forward(Tensor map, Regularization regularization);

        /** Adds what it gives of {@code norm(x)} to {@code x} in place, in evaluation, about that many tokens at a time. */
        void addTo(Tensor x, LayerNorm norm, long tokens);
    }

    /**
     * Depthwise convolution, attention, depthwise convolution, feed-forward: each added to its input.
     *
     * <p>In evaluation attention and feed-forward work in place, on a part of a map at a time, and so do the convolutions of the largest
     * maps; the input is overwritten or closed.
     */
    private static final class Block {
        private final String name;
        private final Convolutions convolutions;
        private final @Nullable Layers layers; // none where the branches are for evaluation alone
        private final MapBranch attention;
        private final MapBranch feedForward;

        Block(String name, Convolutions convolutions, Layers layers) {
            this.name = name;
            this.convolutions = convolutions;
            this.layers = layers;
            this.attention = layers::attendInParts;
            this.feedForward = layers::feedInParts;
        }

        Block(String name, Convolutions convolutions, MapBranch attention, Parameters at) {
            this.name = name;
            this.convolutions = convolutions;
            this.layers = null;
            this.attention = attention;
            this.feedForward = at.feedForwardBranch("norm2", "ffn").orElseThrow();
        }

        Tensor forward(Tensor input, Regularization regularization) {
            if (layers == null && regularization != Regularization.NONE) {
                throw new IllegalStateException(
                        "the weights of " + name + " are for evaluation, and cannot be regularised");
            }
            if (layers == null || (!GradMode.is_enabled() && regularization == Regularization.NONE)) {
                return evaluate(input);
            }
            Tensor x = Scopes.keep(() -> convolutions.first.forward(input));
            Tensor y = Scopes.keep(() -> layers.attend(x, regularization));
            Tensor z = Scopes.keep(() -> convolutions.second.forward(y));
            return Scopes.keep(() -> layers.feed(z, regularization));
        }

        private Tensor evaluate(Tensor input) {
            Tensor x = convolve(convolutions.first, input);
            attention.addTo(x, ELEMENTS_AT_ONCE);
            Tensor y = convolve(convolutions.second, x);
            feedForward.addTo(y, ELEMENTS_AT_ONCE);
            return y == input ? y.view(y.shape()) : y; // a handle of its own, for the caller closes the input
        }

        /** The next map: the largest ones in the memory of the last, which is not wanted any more, others faster in memory of their own. */
        private static Tensor convolve(ResidualConvolution convolution, Tensor map) {
            if (map.numel() >= LARGE_MAP) {
                convolution.inPlace(map, rowsAtOnce(map));
                return map;
            }
            Tensor result = Scopes.keep(() -> convolution.forward(map));
            map.close();
            return result;
        }
    }

    private static final class Convolutions {
        private final ResidualConvolution first;
        private final ResidualConvolution second;

        Convolutions(Parameters at, long channels) {
            this.first = at.depthwise("conv1", channels);
            this.second = at.depthwise("conv2", channels);
        }
    }

    /** The branches of a block, of layers that serve for training too. */
    private static final class Layers {
        private final LayerNorm norm1;
        private final MapAttention attention;
        private final LayerNorm norm2;
        private final FeedForward ffn;
        private final double dropPath;

        Layers(Parameters at, MapAttention attention, double dropPath) {
            this.norm1 = at.layerNorm("norm1");
            this.attention = attention;
            this.norm2 = at.layerNorm("norm2");
            this.ffn = new FeedForward(at.at("ffn"), 0);
            this.dropPath = dropPath;
        }

        Tensor attend(Tensor input, Regularization regularization) {
            Tensor x = regularization.fork(input);
            Tensor branch = attention.forward(norm1.forward(x), regularization);
            return Residual.add(x, regularization.dropPath(branch, dropPath));
        }

        Tensor feed(Tensor input, Regularization regularization) {
            Tensor x = regularization.fork(input);
            return Residual.add(x, regularization.dropPath(ffn.forward(norm2.forward(x), regularization), dropPath));
        }

        void attendInParts(Tensor x, long elements) {
            attention.addTo(x, norm1, elements / x.size(3));
        }

        void feedInParts(Tensor x, long elements) {
            FeedForward parts = ffn.forParts();
            long tokens = x.size(0) * x.size(1) * x.size(2);
            long atOnce = elements / x.size(3);
            for (long first = 0; first < tokens; first += atOnce) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor flat = x.view(tokens, x.size(3)); // (b·y·x, c)
                    Tensor part = flat.narrow(0, first, Math.min(atOnce, tokens - first));
                    Residual.add(part, parts.forward(norm2.forward(part), Regularization.NONE));
                }
            }
        }
    }
}
