package io.github.florence4j.synth.render;

import io.github.florence4j.synth.page.Raster;

/**
 * What JPEG does to a picture: cosine transform of 8 x 8 blocks, rounding to the steps of ITU-T T.81 tables K.1 and K.2 scaled
 * by quality as the Independent JPEG Group does, and back; chroma is not subsampled. Computed here, not by a codec, whose
 * rounding differs between machines.
 */
final class JpegArtefacts {
    private static final int N = 8;
    private static final int[] LUMINANCE_STEPS = {
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
        51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121,
        120, 101, 72, 92, 95, 98, 112, 100, 103, 99
    };
    private static final int[] CHROMINANCE_STEPS = {
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99,
                99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
                99,
        99, 99, 99, 99, 99, 99
    };
    /** {@code COSINES[u * 8 + x]}: the orthonormal basis of the transform. */
    private static final float[] COSINES = new float[N * N];

    static {
        for (int u = 0; u < N; u++) {
            for (int x = 0; x < N; x++) {
                double scale = u == 0 ? StrictMath.sqrt(1.0 / N) : StrictMath.sqrt(2.0 / N);
                COSINES[u * N + x] = (float) (scale * StrictMath.cos((2 * x + 1) * u * Math.PI / (2 * N)));
            }
        }
    }

    private JpegArtefacts() {}

    static void add(Raster page, int quality) {
        int size = page.width() * page.height();
        byte[] bytes = page.bytes();
        if (page.channels() == 1) {
            float[] grey = new float[size];
            for (int i = 0; i < size; i++) {
                grey[i] = (bytes[i] & 0xFF) - 128;
            }
            compress(grey, page.width(), page.height(), steps(LUMINANCE_STEPS, quality));
            for (int i = 0; i < size; i++) {
                bytes[i] = toByte(grey[i] + 128);
            }
            return;
        }
        float[] luma = new float[size];
        float[] blue = new float[size];
        float[] red = new float[size];
        for (int i = 0; i < size; i++) {
            float r = bytes[3 * i] & 0xFF;
            float g = bytes[3 * i + 1] & 0xFF;
            float b = bytes[3 * i + 2] & 0xFF;
            luma[i] = 0.299f * r + 0.587f * g + 0.114f * b - 128;
            blue[i] = -0.168736f * r - 0.331264f * g + 0.5f * b;
            red[i] = 0.5f * r - 0.418688f * g - 0.081312f * b;
        }
        compress(luma, page.width(), page.height(), steps(LUMINANCE_STEPS, quality));
        compress(blue, page.width(), page.height(), steps(CHROMINANCE_STEPS, quality));
        compress(red, page.width(), page.height(), steps(CHROMINANCE_STEPS, quality));
        for (int i = 0; i < size; i++) {
            float y = luma[i] + 128;
            bytes[3 * i] = toByte(y + 1.402f * red[i]);
            bytes[3 * i + 1] = toByte(y - 0.344136f * blue[i] - 0.714136f * red[i]);
            bytes[3 * i + 2] = toByte(y + 1.772f * blue[i]);
        }
    }

    private static byte toByte(float value) {
        return (byte) Math.max(0, Math.min(255, Math.round(value)));
    }

    private static int[] steps(int[] table, int quality) {
        int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        int[] steps = new int[table.length];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = Math.max(1, Math.min(255, (table[i] * scale + 50) / 100));
        }
        return steps;
    }

    private static void compress(float[] plane, int width, int height, int[] steps) {
        float[] block = new float[N * N];
        float[] half = new float[N * N];
        for (int top = 0; top < height; top += N) {
            for (int left = 0; left < width; left += N) {
                for (int y = 0; y < N; y++) {
                    int row = Math.min(top + y, height - 1) * width;
                    for (int x = 0; x < N; x++) {
                        block[y * N + x] = plane[row + Math.min(left + x, width - 1)];
                    }
                }
                roundTrip(block, half, steps);
                for (int y = 0; y < N && top + y < height; y++) {
                    for (int x = 0; x < N && left + x < width; x++) {
                        plane[(top + y) * width + left + x] = block[y * N + x];
                    }
                }
            }
        }
    }

    private static void roundTrip(float[] block, float[] half, int[] steps) {
        boolean flat = true;
        for (int i = 1; i < block.length && flat; i++) {
            flat = block[i] == block[0];
        }
        if (flat) {
            java.util.Arrays.fill(block, Math.round(block[0] * N / steps[0]) * steps[0] / (float) N);
            return;
        }
        forward(block, half);
        forward(half, block);
        for (int i = 0; i < block.length; i++) {
            block[i] = Math.round(block[i] / steps[i]) * (float) steps[i];
        }
        backward(block, half);
        backward(half, block);
    }

    /** Transforms the rows and transposes. */
    private static void forward(float[] in, float[] out) {
        for (int row = 0; row < N; row++) {
            for (int u = 0; u < N; u++) {
                float sum = 0;
                for (int x = 0; x < N; x++) {
                    sum += COSINES[u * N + x] * in[row * N + x];
                }
                out[u * N + row] = sum;
            }
        }
    }

    /** The inverse of {@link #forward} for transposed blocks: transforms the rows back and transposes. */
    private static void backward(float[] in, float[] out) {
        for (int row = 0; row < N; row++) {
            for (int x = 0; x < N; x++) {
                float sum = 0;
                for (int u = 0; u < N; u++) {
                    sum += COSINES[u * N + x] * in[row * N + u];
                }
                out[x * N + row] = sum;
            }
        }
    }
}
