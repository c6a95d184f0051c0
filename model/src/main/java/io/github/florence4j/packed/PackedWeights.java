package io.github.florence4j.packed;

import io.github.florence4j.nn.Convolution;
import io.github.florence4j.nn.Linear;
import io.github.florence4j.nn.LinearGroup;
import io.github.florence4j.nn.MapBranch;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.nn.ScriptedLinear;
import io.github.florence4j.onednn.ByteProduct;
import io.github.florence4j.onednn.OneDnn;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Operators;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Threads;
import io.github.florence4j.torch.file.StoredRows;
import io.github.florence4j.weights.CheckpointReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a network for evaluation: each linear layer and convolution is read, packed, and its plain form forgotten, so that a model
 * never lies in memory twice. Everything else stays in single precision.
 */
public final class PackedWeights implements Parameters.Source, AutoCloseable {
    /** Rows of the operands of the decoder: a few beams. Those of all other layers are hundreds. */
    private static final long DECODER_ROWS = 3;

    /** Rows of a part of a map in the stage with the most blocks. */
    private static final long MAP_ROWS = 1152;

    /** So many channels that what a kernel sees in a row of the map is worth copying; pixels have three. */
    private static final long MANY_CHANNELS = 16;

    private final CheckpointReader files;
    private final Precision precision;
    private final boolean withPrimitives;
    private final Map<String, Tensor> plain = new ConcurrentHashMap<>();
    private final Map<List<String>, PackedLinear> packed = new ConcurrentHashMap<>();
    private final List<PackedConvolution> convolutions = new CopyOnWriteArrayList<>();
    private final List<ByteProduct> products = new CopyOnWriteArrayList<>();
    private final List<StoredRows> stored = new CopyOnWriteArrayList<>();
    private final List<PointerScope> handles = new CopyOnWriteArrayList<>(); // of parts that were made on other threads

    /**
     * The weights of a checkpoint.
     *
     * @param files where they are read from; needed only while the network is built
     * @throws IllegalArgumentException when they are packed for another precision
     */
    public PackedWeights(CheckpointReader files, Precision precision) {
        this(files, precision, true);
    }

    /** As {@link #PackedWeights(CheckpointReader, Precision)}, without oneDNN's own primitives unless so wanted. */
    PackedWeights(CheckpointReader files, Precision precision, boolean withPrimitives) {
        this.withPrimitives = withPrimitives;
        this.files = files;
        this.precision = files.packed()
                .map(format -> precision.within(Precision.parse(format.precision())))
                .orElseGet(precision::resolve);
    }

    /** Whether libtorch has oneDNN, for which layers are packed; its builds for macOS have none. */
    static boolean isSupported() {
        return Operators.exists("mkldnn::_linear_pointwise", "");
    }

    /** Whether oneDNN takes weights in bfloat16 here: on processors with AVX-512, whether or not they multiply it by themselves. */
    static boolean packsHalf() {
        try (IValue supported = Operators.callForValue("mkldnn::_is_mkldnn_bf16_supported", "")) {
            return supported.toBool();
        }
    }

    /** The precision of the packed layers: never {@link Precision#AUTO}. */
    public Precision precision() {
        return precision;
    }

    @Override
    public Tensor get(String name) {
        Tensor known = plain.get(name);
        if (known != null) {
            return known;
        }
        Tensor read = Scopes.own(() -> read(name));
        Tensor other = plain.putIfAbsent(name, read);
        if (other == null) {
            return read;
        }
        read.close();
        return other;
    }

    private Tensor read(String name) {
        Tensor tensor = files.get(name);
        return isHalf(name, precision) ? tensor.to(ScalarType.BFloat16).to(attentionType()) : tensor;
    }

    /**
     * Whether a tensor is rounded to bfloat16, which it is on every processor: packed folders hold no more. The convolutions that
     * shrink the map are large matrix products too; nothing else is worth half precision.
     */
    static boolean isHalf(String name, Precision precision) {
        return precision != Precision.FP32 && name.contains(".convs.") && name.contains(".conv.");
    }

    /** Few rows of the token table are ever wanted, so it stays in its file. */
    @Override
    public UnaryOperator<Tensor> lookup(String name) {
        Optional<StoredRows> rows = files.storedRows(name);
        rows.ifPresent(stored::add);
        return rows.<UnaryOperator<Tensor>>map(read -> read::rows)
                .orElseGet(() -> Parameters.Source.super.lookup(name));
    }

    @Override
    public boolean isFixed() {
        return true;
    }

    @Override
    public boolean has(String name) {
        return files.has(name);
    }

    @Override
    public ScalarType attentionType() {
        return precision.unpacked(Processor.HERE);
    }

    @Override
    public Linear linear(String name) {
        return pack(List.of(name));
    }

    @Override
    public Convolution convolution(String name, Convolution.Steps steps, UnaryOperator<Tensor> form) {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Scopes.keep(() -> form.apply(read(name + ".weight"))); // (c_out, c_in / groups, k, k)
            boolean inBytes = precision == Precision.INT8
                    && Processor.HERE.sumsBytes()
                    && steps.groups() == 1
                    && weight.size(1) >= MANY_CHANNELS;
            if (inBytes || OneDnnConvolution.packs(weight)) {
                Tensor bias = read(name + ".bias");
                PackedConvolution product = inBytes
                        ? new OneDnnByteConvolution(weight, bias, steps)
                        : new OneDnnConvolution(weight, bias, steps);
                convolutions.add(product);
                return new Convolution(product, steps, weight.size(0), weight.size(2));
            }
        }
        return Parameters.Source.super.convolution(name, steps, form);
    }

    @Override
    public Optional<MapBranch> windowBranch(String norm, String attention, int heads, int window) {
        return branch(() -> new ByteWindowAttention(
                norm(norm),
                product(attention + ".qkv"),
                product(attention + ".proj"),
                heads,
                files.shape(attention + ".proj.weight").get(0) / heads,
                window));
    }

    @Override
    public Optional<MapBranch> channelBranch(String norm, String attention, int groups) {
        return branch(() -> new ByteChannelAttention(
                norm(norm), product(attention + ".qkv"), product(attention + ".proj"), groups));
    }

    @Override
    public Optional<MapBranch> feedForwardBranch(String norm, String network) {
        return branch(() -> new ByteFeedForward(
                norm(norm),
                product(network + ".fc1"),
                product(network + ".fc2"),
                files.shape(network + ".fc1.weight").get(0)));
    }

    /** Where bytes are summed and half precision is multiplied, and the library is there. */
    private Optional<MapBranch> branch(Supplier<MapBranch> make) {
        boolean here = precision == Precision.INT8 && Processor.HERE.sumsBytes() && Processor.HERE.multipliesHalf();
        return here && withPrimitives && OneDnn.isUsable() ? Optional.of(make.get()) : Optional.empty();
    }

    private ByteNorm norm(String name) {
        return new ByteNorm(get(name + ".weight"), get(name + ".bias"));
    }

    private ByteProduct product(String name) {
        try (PointerScope scope = new PointerScope();
                ByteMatrix weight = ByteMatrix.read(files, List.of(name + ".weight"))) {
            ByteProduct made = new ByteProduct(weight.bytes(), weight.scales(), files.copy(name + ".bias"), MAP_ROWS);
            products.add(made);
            return made;
        }
    }

    @Override
    public LinearGroup linears(List<String> names) {
        PackedLinear all = pack(names);
        return (x, regularization) -> {
            Tensor results = all.forward(x, regularization);
            long width = results.size(-1) / names.size();
            List<Tensor> views = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                views.add(results.narrow(-1, i * width, width));
            }
            return views;
        };
    }

    @Override
    public boolean isScripted() {
        return true;
    }

    @Override
    public ScriptedLinear scripted(List<String> names) {
        if (pack(names) instanceof ScriptedLinear layer) {
            return layer;
        }
        throw new IllegalArgumentException(names + " are not layers of a decoder");
    }

    /** Most of packing is on one thread in each operation, so two parts are packed side by side, each with half of the threads. */
    @Override
    public <A, B> Parameters.Two<A, B> both(Supplier<A> first, Supplier<B> second) {
        int threads = Threads.count();
        if (threads < 2) {
            return Parameters.Source.super.both(first, second);
        }
        CompletableFuture<B> other = CompletableFuture.supplyAsync(
                () -> {
                    Threads.setHere(threads / 2);
                    return keepingHandles(second);
                },
                PackedWeights::start);
        Threads.setHere(threads - threads / 2);
        try {
            A one = first.get();
            return new Parameters.Two<>(one, other.join());
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            other.handle((made, failure) -> true).join(); // nothing is freed while it still packs
            Threads.setHere(threads);
        }
    }

    private static void start(Runnable loading) {
        Thread thread = new Thread(loading, "florence4j-loading");
        thread.setDaemon(true);
        thread.start();
    }

    /** What is made on a thread that ends before it does. */
    private <B> B keepingHandles(Supplier<B> part) {
        try (PointerScope scope = new PointerScope()) {
            B made = part.get();
            scope.extend(); // until these weights are freed
            handles.add(scope);
            return made;
        }
    }

    /** One layer of the outputs of all, which must be equally many. */
    private PackedLinear pack(List<String> names) {
        PackedLinear known = packed.get(names);
        if (known != null) {
            return known;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor bias = files.has(names.get(0) + ".bias") ? join(names, name -> files.copy(name + ".bias")) : null;
            PackedLinear layer =
                    switch (precision) {
                        case FP32 -> oneDnn(names, bias, DType.FLOAT32);
                        case BF16 -> half(names, bias);
                        case INT8 -> bytes(names, bias);
                        case AUTO -> throw new IllegalStateException("the precision was not resolved");
                    };
            packed.put(names, layer);
            return layer;
        }
    }

    private PackedLinear half(List<String> names, @Nullable Tensor bias) {
        if (!decodes(names) || !FewRowsLinear.isSupported()) {
            return oneDnn(names, bias, DType.BFLOAT16);
        }
        Tensor weight = join(names, name -> files.matrix(name + ".weight", DType.BFLOAT16));
        return new FewRowsLinear(weight.to(ScalarType.Float), bias);
    }

    private PackedLinear oneDnn(List<String> names, @Nullable Tensor bias, DType type) {
        Tensor weight = join(names, name -> files.matrix(name + ".weight", type));
        return new OneDnnLinear(
                weight, bias, type.scalarType(), decodes(names) ? DECODER_ROWS : OneDnnByteLinear.MANY_ROWS);
    }

    private PackedLinear bytes(List<String> names, @Nullable Tensor bias) {
        List<String> weights = names.stream().map(name -> name + ".weight").toList();
        try (ByteMatrix weight = ByteMatrix.read(files, weights)) {
            // FBGEMM fills 768 inputs up to 1024; for the vocabulary oneDNN takes no longer, with a quarter less
            // memory.
            if (!Processor.HERE.sumsBytes() || (decodes(names) && !isVocabulary(names))) {
                return new FbgemmLinear(weight, bias);
            }
            return new OneDnnByteLinear(weight, bias, decodes(names) ? DECODER_ROWS : OneDnnByteLinear.MANY_ROWS);
        }
    }

    /** Whether operands have a row for each hypothesis: in the decoder, but for the encoder's keys and values. */
    private static boolean decodes(List<String> names) {
        String first = names.get(0);
        return isVocabulary(names) || (first.contains(".decoder.") && !first.endsWith("encoder_attn.k_proj"));
    }

    private static boolean isVocabulary(List<String> names) {
        return names.get(0).endsWith(".shared");
    }

    private static Tensor join(List<String> names, Function<String, Tensor> read) {
        if (names.size() == 1) {
            return read.apply(names.get(0));
        }
        TensorVector parts = new TensorVector();
        names.forEach(name -> parts.push_back(read.apply(name)));
        return torch.cat(parts, 0); // (out, in)
    }

    /** Frees the weights. */
    @Override
    public void close() {
        handles.forEach(PointerScope::close);
        packed.values().forEach(PackedLinear::close);
        convolutions.forEach(PackedConvolution::close);
        products.forEach(ByteProduct::close);
        plain.values().forEach(Tensor::close);
        for (StoredRows rows : stored) {
            try {
                rows.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
