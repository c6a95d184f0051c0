package io.github.florence4j.train;

import io.github.florence4j.torch.DType;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Factors of dropout, each 0 with a given chance and else the scale that keeps the mean, from a hash of a seed and the
 * element's place (SplitMix64: Steele, Lea and Flood, OOPSLA 2014). libtorch draws one number at a time on one thread,
 * which at dropout 0.1 costs more than the matrix products in bfloat16.
 *
 * <p>Rates are rounded to multiples of 1 / 32768, the scale follows the rounded rate.
 */
final class DropoutMask {
    private static final int LEVELS = 1 << 15;
    private static final int BLOCK = 1024;
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final long LOW_15_OF_16 = 0x7FFF7FFF7FFF7FFFL;
    private static final long TOP_OF_16 = 0x8000800080008000L;
    private static final long ONE_OF_16 = 0x0001000100010001L;

    private static final long[] STEPS =
            LongStream.range(0, BLOCK).map(i -> i * GAMMA).toArray();

    /** Memory for one block's draws and elements: a step has more than a gigabyte of them, which is not left to the collector. */
    private record Block(long[] draws, long[] elements) {}

    private static final ThreadLocal<Block> BLOCKS =
            ThreadLocal.withInitial(() -> new Block(new long[BLOCK], new long[BLOCK]));

    private DropoutMask() {}

    /** A seed from libtorch's default generator. */
    static long seed() {
        try (Tensor one = torch.empty(new long[] {1}, new TensorOptions(ScalarType.Long), new MemoryFormatOptional())) {
            return one.random_(Long.MIN_VALUE, new LongOptional(), new GeneratorOptional())
                    .item_long();
        }
    }

    /** What is kept is multiplied by this, so that the mean stays. */
    static double scale(double rate) {
        return (double) LEVELS / (LEVELS - dropped(rate));
    }

    private static int dropped(double rate) {
        return (int) Math.round(rate * LEVELS);
    }

    /**
     * What dropout leaves of {@code x}: the elements, not made larger, where the others are zero. What is drawn is never stored.
     *
     * @param rate the chance of 0, in [0, 1)
     */
    static Tensor remaining(long seed, double rate, Tensor x) {
        int dropped = dropped(rate);
        long words = x.numel() / 4;
        if (!x.is_cpu() || !x.is_contiguous() || DType.of(x) != DType.BFLOAT16 || x.numel() % 4 != 0) {
            return x.mul(
                    fill(seed, dropped, bfloat16(1), x.numel()).view(x.shape()).to(x.device(), x.scalar_type()));
        }
        Tensor remaining = torch.empty_like(x);
        LongBuffer from = words(x, words);
        LongBuffer to = words(remaining, words);
        inBlocks(words, (first, length, block) -> {
            draw(block.draws, length, seed + first * GAMMA, dropped * ONE_OF_16);
            from.get(first, block.elements, 0, length);
            and(block.draws, block.elements, length);
            to.put(first, block.draws, 0, length);
        });
        return remaining;
    }

    /**
     * Factors of that shape and precision.
     *
     * @param rate the chance of 0, in [0, 1)
     */
    static Tensor factors(long seed, double rate, Tensor like) {
        int dropped = dropped(rate);
        double scale = scale(rate);
        DType dtype = DType.of(like);
        if (dtype == DType.BFLOAT16) {
            return fill(seed, dropped, bfloat16(scale), like.numel())
                    .view(like.shape())
                    .to(like.device(), like.scalar_type());
        }
        Tensor ones = fill(seed, dropped, bfloat16(1), like.numel()).view(like.shape());
        return ones.to(like.device(), like.scalar_type()).mul_(new Scalar(scale));
    }

    /** Elements in bfloat16: those that are kept have the given bits, the others are zeros. */
    private static Tensor fill(long seed, int dropped, int bits, long count) {
        long words = (count + 3) / 4;
        Tensor elements =
                torch.empty(new long[] {4 * words}, new TensorOptions(ScalarType.BFloat16), new MemoryFormatOptional());
        LongBuffer target = words(elements, words);
        inBlocks(words, (first, length, block) -> {
            draw(block.draws, length, seed + first * GAMMA, dropped * ONE_OF_16);
            and(block.draws, bits * ONE_OF_16, length);
            target.put(first, block.draws, 0, length);
        });
        return elements.narrow(0, 0, count);
    }

    /** The memory of a tensor of 16-bit elements, four at a time. */
    private static LongBuffer words(Tensor tensor, long words) {
        return new BytePointer(tensor.data_ptr())
                .capacity(8 * words)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asLongBuffer();
    }

    /** What to do with {@code length} words from {@code first} on, in the memory of {@code block}, whose content is anything. */
    @FunctionalInterface
    private interface Work {
        void run(int first, int length, Block block);
    }

    private static void inBlocks(long words, Work work) {
        int blocks = Math.toIntExact((words + BLOCK - 1) / BLOCK);
        IntStream range = IntStream.range(0, blocks);
        (blocks < 4 ? range : range.parallel())
                .forEach(i -> work.run(i * BLOCK, (int) Math.min(BLOCK, words - (long) i * BLOCK), BLOCKS.get()));
    }

    /**
     * Four elements a word: all bits of one that is kept, none of one that is dropped. Steps from an array, not from the index, let
     * the compiler do eight words at once.
     */
    private static void draw(long[] values, int length, long start, long dropped) {
        for (int i = 0; i < length; i++) {
            long z = start + STEPS[i];
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            z ^= z >>> 31;
            long kept = ((z & LOW_15_OF_16) + (TOP_OF_16 - dropped)) & TOP_OF_16; // 15 random bits >= dropped
            values[i] = (kept - (kept >>> 15)) | kept;
        }
    }

    private static void and(long[] values, long[] others, int length) {
        for (int i = 0; i < length; i++) {
            values[i] &= others[i];
        }
    }

    private static void and(long[] values, long bits, int length) {
        for (int i = 0; i < length; i++) {
            values[i] &= bits;
        }
    }

    private static int bfloat16(double value) {
        return Float.floatToIntBits((float) value) + 0x8000 >>> 16; // rounded half up
    }
}
