package io.github.florence4j.image;

import java.awt.color.ColorSpace;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.io.IOException;

/**
 * Decoded samples to 8-bit RGB as Pillow's {@code convert('RGB')} maps them, without any colour management: grey is replicated,
 * palettes are looked up, alpha is dropped and not composited, 16-bit colour keeps its high byte, 16-bit and 32-bit grey is
 * clipped to 0..255, and CMYK is multiplied out.
 */
final class RasterColours {
    private RasterColours() {}

    /**
     * The picture in a raster whose samples mean what {@code colours} says.
     *
     * @throws IOException if the samples are floating-point numbers, whose range no format fixes
     */
    static RgbImage convert(Raster raster, ColorModel colours) throws IOException {
        if (raster.getTransferType() == DataBuffer.TYPE_FLOAT || raster.getTransferType() == DataBuffer.TYPE_DOUBLE) {
            throw new IOException("floating-point samples");
        }
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] out = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
        if (colours instanceof IndexColorModel palette) {
            lookUp(raster, palette, out);
        } else if (isInterleavedRgb(raster, colours)) {
            copyInterleaved(raster, out);
        } else if (colours.getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
            multiply(raster, colours, out);
        } else {
            copySamples(raster, colours, out);
        }
        return new RgbImage(width, height, out);
    }

    /** One channel of Pillow's {@code cmyk2rgb}: the light that ink {@code c} lets through on black {@code k}, both 0..255. */
    static int ink(int c, int k) {
        int light = 255 - k;
        int product = c * light + 128;
        return light - (((product >> 8) + product) >> 8);
    }

    private static void lookUp(Raster raster, IndexColorModel palette, byte[] out) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int[] row = new int[raster.getWidth()];
        for (int y = 0, at = 0; y < raster.getHeight(); y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, row.length, 1, 0, row);
            for (int index : row) {
                int rgb = index < colours.length ? colours[index] : 0;
                out[at++] = (byte) (rgb >> 16);
                out[at++] = (byte) (rgb >> 8);
                out[at++] = (byte) rgb;
            }
        }
    }

    private static boolean isInterleavedRgb(Raster raster, ColorModel colours) {
        return raster.getSampleModel() instanceof PixelInterleavedSampleModel
                && raster.getDataBuffer() instanceof DataBufferByte
                && colours.getColorSpace().getType() == ColorSpace.TYPE_RGB
                && raster.getNumBands() >= 3;
    }

    private static void copyInterleaved(Raster raster, byte[] out) {
        PixelInterleavedSampleModel model = (PixelInterleavedSampleModel) raster.getSampleModel();
        DataBufferByte buffer = (DataBufferByte) raster.getDataBuffer();
        byte[] in = buffer.getData();
        int[] offsets = model.getBandOffsets();
        int step = model.getPixelStride();
        for (int y = 0, at = 0; y < raster.getHeight(); y++) {
            int from = buffer.getOffset()
                    + (y - raster.getSampleModelTranslateY() + raster.getMinY()) * model.getScanlineStride()
                    + (raster.getMinX() - raster.getSampleModelTranslateX()) * step;
            for (int x = 0; x < raster.getWidth(); x++, from += step) {
                out[at++] = in[from + offsets[0]];
                out[at++] = in[from + offsets[1]];
                out[at++] = in[from + offsets[2]];
            }
        }
    }

    private static void multiply(Raster raster, ColorModel colours, byte[] out) {
        int bands = raster.getNumBands();
        int shift = Math.max(0, colours.getComponentSize(0) - 8);
        int[] row = new int[raster.getWidth() * bands];
        for (int y = 0, at = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
            for (int i = 0; i < row.length; i += bands) {
                int k = row[i + 3] >> shift;
                out[at++] = (byte) ink(row[i] >> shift, k);
                out[at++] = (byte) ink(row[i + 1] >> shift, k);
                out[at++] = (byte) ink(row[i + 2] >> shift, k);
            }
        }
    }

    private static void copySamples(Raster raster, ColorModel colours, byte[] out) {
        int bands = raster.getNumBands();
        boolean grey = bands < 3;
        int[] row = new int[raster.getWidth() * bands];
        for (int y = 0, at = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
            for (int i = 0; i < row.length; i += bands) {
                for (int c = 0; c < 3; c++) {
                    int band = grey ? 0 : c;
                    out[at++] = (byte) eightBits(row[i + band], colours.getComponentSize(band), bands == 1);
                }
            }
        }
    }

    /** A sample of some bits: few are spread to 0..255, many are cut to the high byte or, in pure grey, clipped. */
    private static int eightBits(int sample, int bits, boolean clipped) {
        if (bits < 8) {
            return sample * 255 / ((1 << bits) - 1);
        }
        return clipped ? Math.max(0, Math.min(255, sample)) : sample >> (bits - 8);
    }
}
