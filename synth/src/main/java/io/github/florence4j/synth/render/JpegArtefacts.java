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
    // Half the cosines of 1 to 7 sixteenths of a half turn: all factors of the orthonormal transform.
    private static final float K1 = halfCosine(1);
    private static final float K2 = halfCosine(2);
    private static final float K3 = halfCosine(3);
    private static final float K4 = halfCosine(4);
    private static final float K5 = halfCosine(5);
    private static final float K6 = halfCosine(6);
    private static final float K7 = halfCosine(7);

    private static float halfCosine(int sixteenths) {
        return (float) (StrictMath.cos(sixteenths * Math.PI / 16) / 2);
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
        return (byte) Math.max(0, Math.min(255, (int) (value + 0.5f)));
    }

    private static float[] steps(int[] table, int quality) {
        int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        float[] steps = new float[table.length];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = Math.max(1, Math.min(255, (table[i] * scale + 50) / 100));
        }
        return steps;
    }

    private static void compress(float[] plane, int width, int height, float[] steps) {
        float[] inverses = new float[steps.length];
        for (int i = 0; i < steps.length; i++) {
            inverses[i] = 1 / steps[i];
        }
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
                roundTrip(block, half, steps, inverses);
                for (int y = 0; y < N && top + y < height; y++) {
                    for (int x = 0; x < N && left + x < width; x++) {
                        plane[(top + y) * width + left + x] = block[y * N + x];
                    }
                }
            }
        }
    }

    private static void roundTrip(float[] block, float[] half, float[] steps, float[] inverses) {
        forward(block, half);
        forward(half, block);
        for (int i = 0; i < block.length; i++) {
            block[i] = nearest(block[i] * inverses[i]) * steps[i];
        }
        backward(block, half);
        backward(half, block);
    }

    private static int nearest(float value) {
        return (int) (value < 0 ? value - 0.5f : value + 0.5f);
    }

    /** Transforms the rows and transposes; sums and differences of mirrored samples halve the work. */
    private static void forward(float[] in, float[] out) {
        for (int row = 0; row < N; row++) {
            int at = row * N;
            float s0 = in[at] + in[at + 7];
            float s1 = in[at + 1] + in[at + 6];
            float s2 = in[at + 2] + in[at + 5];
            float s3 = in[at + 3] + in[at + 4];
            float d0 = in[at] - in[at + 7];
            float d1 = in[at + 1] - in[at + 6];
            float d2 = in[at + 2] - in[at + 5];
            float d3 = in[at + 3] - in[at + 4];
            out[row] = K4 * (s0 + s1 + s2 + s3);
            out[4 * N + row] = K4 * (s0 - s1 - s2 + s3);
            out[2 * N + row] = K2 * (s0 - s3) + K6 * (s1 - s2);
            out[6 * N + row] = K6 * (s0 - s3) - K2 * (s1 - s2);
            out[N + row] = K1 * d0 + K3 * d1 + K5 * d2 + K7 * d3;
            out[3 * N + row] = K3 * d0 - K7 * d1 - K1 * d2 - K5 * d3;
            out[5 * N + row] = K5 * d0 - K1 * d1 + K7 * d2 + K3 * d3;
            out[7 * N + row] = K7 * d0 - K5 * d1 + K3 * d2 - K1 * d3;
        }
    }

    /** Transforms the rows back and transposes. */
    private static void backward(float[] in, float[] out) {
        for (int row = 0; row < N; row++) {
            int at = row * N;
            float sum = K4 * (in[at] + in[at + 4]);
            float difference = K4 * (in[at] - in[at + 4]);
            float f0 = K2 * in[at + 2] + K6 * in[at + 6];
            float f1 = K6 * in[at + 2] - K2 * in[at + 6];
            float o0 = K1 * in[at + 1] + K3 * in[at + 3] + K5 * in[at + 5] + K7 * in[at + 7];
            float o1 = K3 * in[at + 1] - K7 * in[at + 3] - K1 * in[at + 5] - K5 * in[at + 7];
            float o2 = K5 * in[at + 1] - K1 * in[at + 3] + K7 * in[at + 5] + K3 * in[at + 7];
            float o3 = K7 * in[at + 1] - K5 * in[at + 3] + K3 * in[at + 5] - K1 * in[at + 7];
            out[row] = sum + f0 + o0;
            out[7 * N + row] = sum + f0 - o0;
            out[N + row] = difference + f1 + o1;
            out[6 * N + row] = difference + f1 - o1;
            out[2 * N + row] = difference - f1 + o2;
            out[5 * N + row] = difference - f1 - o2;
            out[3 * N + row] = sum - f0 + o3;
            out[4 * N + row] = sum - f0 - o3;
        }
    }
}
