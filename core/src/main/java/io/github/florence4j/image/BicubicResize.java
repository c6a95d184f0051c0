package io.github.florence4j.image;

/**
 * Pillow's antialiased bicubic resize of 8-bit RGB, bit for bit (Pillow's {@code Resample.c}, filter {@code BICUBIC}).
 *
 * <p>Separable: every source row is resized horizontally and rounded to 8 bits, then added with its vertical weights to the
 * output rows that need it, so that only those sums are held and no intermediate picture. The horizontal sums of two rows
 * share one 64-bit multiplication, the row above in the low and the row below in the high 32 bits; the vertical additions run over
 * whole rows, which the JIT vectorises.
 */
public final class BicubicResize {
    private static final int FRACTION_BITS = ResampleWeights.FRACTION_BITS;
    private static final int HALF = 1 << (FRACTION_BITS - 1);
    private static final long TWO_HALVES = HALF | (long) HALF << 32;

    private BicubicResize() {}

    /**
     * The picture at {@code width} x {@code height}; the same object if it has that size already. A dimension that does not change is
     * not filtered.
     *
     * @throws IllegalArgumentException if a side is not positive or the result does not fit an array
     */
    public static RgbImage resize(RgbImage image, int width, int height) {
        if (width <= 0 || height <= 0 || 3L * width * height > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("cannot resize to " + width + "x" + height
                    + ": expected at least 1x1 and at most " + (Integer.MAX_VALUE - 8) / 3 + " pixels");
        }
        if (image.width() == width && image.height() == height) {
            return image;
        }
        byte[] out = new byte[3 * width * height];
        RowSink sink = image.height() == height
                ? new CopiedRows(out, 3 * width)
                : new SummedRows(out, 3 * width, ResampleWeights.bicubic(image.height(), height));
        if (image.width() == width) {
            copyRows(image, sink);
        } else {
            resizeRows(image, ResampleWeights.bicubic(image.width(), width), sink);
        }
        return new RgbImage(width, height, out);
    }

    /** Takes the rows of the horizontally resized picture from top to bottom. */
    private interface RowSink {
        /** Uses the samples 0..255 of the next row; the array is the caller's again afterwards. */
        void accept(int[] row);
    }

    private static void copyRows(RgbImage image, RowSink sink) {
        byte[] bytes = image.bytes();
        int[] row = new int[3 * image.width()];
        for (int y = 0; y < image.height(); y++) {
            int from = y * row.length;
            for (int i = 0; i < row.length; i++) {
                row[i] = bytes[from + i] & 0xFF;
            }
            sink.accept(row);
        }
    }

    private static void resizeRows(RgbImage image, ResampleWeights weights, RowSink sink) {
        int stride = 3 * image.width();
        long[] pair = new long[stride];
        int[] above = new int[3 * weights.size()];
        int[] below = new int[3 * weights.size()];
        for (int y = 0; y < image.height(); y += 2) {
            boolean last = y + 1 == image.height();
            pack(image.bytes(), y * stride, last ? y * stride : (y + 1) * stride, pair);
            resizePair(pair, weights, above, below);
            sink.accept(above);
            if (!last) {
                sink.accept(below);
            }
        }
    }

    private static void pack(byte[] bytes, int above, int below, long[] pair) {
        for (int i = 0; i < pair.length; i++) {
            pair[i] = bytes[above + i] & 0xFF | (long) (bytes[below + i] & 0xFF) << 32;
        }
    }

    private static void resizePair(long[] pair, ResampleWeights weights, int[] above, int[] below) {
        int[] values = weights.values();
        for (int o = 0, at = 0; o < weights.size(); o++, at += 3) {
            int k = o * weights.taps();
            int end = k + weights.count(o);
            long red = TWO_HALVES;
            long green = TWO_HALVES;
            long blue = TWO_HALVES;
            for (int j = 3 * weights.first(o); k < end; k++, j += 3) {
                long weight = values[k];
                red += weight * pair[j];
                green += weight * pair[j + 1];
                blue += weight * pair[j + 2];
            }
            above[at] = clamp((int) red);
            above[at + 1] = clamp((int) green);
            above[at + 2] = clamp((int) blue);
            below[at] = clamp(high(red));
            below[at + 1] = clamp(high(green));
            below[at + 2] = clamp(high(blue));
        }
    }

    /** The upper of two packed sums: a negative lower one has borrowed from it. */
    private static int high(long sums) {
        return (int) ((sums - (int) sums) >> 32);
    }

    private static int clamp(int sum) {
        return Math.max(0, Math.min(255, sum >> FRACTION_BITS));
    }

    /** Rows of the final height, stored as they come. */
    private static final class CopiedRows implements RowSink {
        private final byte[] out;
        private final int stride;
        private int at;

        CopiedRows(byte[] out, int stride) {
            this.out = out;
            this.stride = stride;
        }

        @Override
        public void accept(int[] row) {
            for (int i = 0; i < stride; i++) {
                out[at + i] = (byte) row[i];
            }
            at += stride;
        }
    }

    /** Rows added with their vertical weights to the output rows in whose support they lie. */
    private static final class SummedRows implements RowSink {
        private final byte[] out;
        private final int stride;
        private final ResampleWeights weights;
        private final int[][] sums;
        private int y;
        private int begin;

        SummedRows(byte[] out, int stride, ResampleWeights weights) {
            this.out = out;
            this.stride = stride;
            this.weights = weights;
            this.sums = new int[weights.mostOpen()][stride];
        }

        @Override
        public void accept(int[] row) {
            for (int o = begin; o < weights.size() && weights.first(o) <= y; o++) {
                int[] sum = sums[o % sums.length];
                int weight = weights.values()[o * weights.taps() + y - weights.first(o)];
                if (y == weights.first(o)) {
                    start(sum, row, weight);
                } else {
                    add(sum, row, weight);
                }
                if (y + 1 == weights.first(o) + weights.count(o)) {
                    store(sum, o * stride);
                    begin = o + 1;
                }
            }
            y++;
        }

        private static void start(int[] sum, int[] row, int weight) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] = HALF + weight * row[i];
            }
        }

        private static void add(int[] sum, int[] row, int weight) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += weight * row[i];
            }
        }

        private void store(int[] sum, int at) {
            for (int i = 0; i < sum.length; i++) {
                out[at + i] = (byte) clamp(sum[i]);
            }
        }
    }
}
