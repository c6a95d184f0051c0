package io.github.florence4j.image;

/**
 * How files are decoded, and the limits against decompression bombs.
 *
 * @param maxPixels the most pixels an image or a rendered page may have, 1 to 700,000,000; by default 178,956,970, twice the
 *     number at which Pillow warns, at which Pillow itself refuses
 * @param maxSide the longest side in pixels that an image or a rendered page may have, by default 1,000,000
 * @param maxFileBytes the largest file that is read, by default 1 GiB
 * @param applyOrientation whether EXIF and TIFF orientation is applied as Pillow's {@code ImageOps.exif_transpose} does; true by default
 * @param pdfDpi the resolution at which PDF pages are rendered, 1 to 2400, by default 150
 */
public record DecodeOptions(long maxPixels, int maxSide, long maxFileBytes, boolean applyOrientation, int pdfDpi) {
    /** The default options. */
    public static final DecodeOptions DEFAULTS = new DecodeOptions(178_956_970, 1_000_000, 1L << 30, true, 150);

    private static final long MOST_PIXELS = 700_000_000;
    private static final int HIGHEST_DPI = 2400;

    /** Checks the ranges. */
    public DecodeOptions {
        if (maxPixels < 1 || maxPixels > MOST_PIXELS) {
            throw new IllegalArgumentException("maxPixels must be 1 to " + MOST_PIXELS + ", not " + maxPixels);
        }
        if (maxSide < 1) {
            throw new IllegalArgumentException("maxSide must be at least 1, not " + maxSide);
        }
        if (maxFileBytes < 1) {
            throw new IllegalArgumentException("maxFileBytes must be at least 1, not " + maxFileBytes);
        }
        if (pdfDpi < 1 || pdfDpi > HIGHEST_DPI) {
            throw new IllegalArgumentException("the dpi of PDF pages must be 1 to " + HIGHEST_DPI + ", not " + pdfDpi);
        }
    }

    /** These options with another limit of pixels. */
    public DecodeOptions withMaxPixels(long pixels) {
        return new DecodeOptions(pixels, maxSide, maxFileBytes, applyOrientation, pdfDpi);
    }

    /** These options with another limit of the file size. */
    public DecodeOptions withMaxFileBytes(long bytes) {
        return new DecodeOptions(maxPixels, maxSide, bytes, applyOrientation, pdfDpi);
    }

    /** These options with orientation applied or not. */
    public DecodeOptions withApplyOrientation(boolean apply) {
        return new DecodeOptions(maxPixels, maxSide, maxFileBytes, apply, pdfDpi);
    }

    /** These options with another resolution of PDF pages. */
    public DecodeOptions withPdfDpi(int dpi) {
        return new DecodeOptions(maxPixels, maxSide, maxFileBytes, applyOrientation, dpi);
    }

    /** Refuses an image or page of a size that is empty or above the limits. */
    void checkSize(String name, long width, long height) throws UnreadableImageException {
        if (width <= 0 || height <= 0) {
            throw new UnreadableImageException(name, "the image is empty (" + width + "x" + height + " pixels)");
        }
        if (width > maxSide || height > maxSide || width * height > maxPixels) {
            throw new UnreadableImageException(
                    name,
                    "the image of " + width + "x" + height + " pixels is above the limit of " + maxPixels
                            + " pixels and " + maxSide + " a side");
        }
    }

    /** Refuses a file above the limit. */
    void checkFile(String name, long bytes) throws UnreadableImageException {
        if (bytes > maxFileBytes) {
            throw new UnreadableImageException(
                    name, "the file of " + bytes + " bytes is above the limit of " + maxFileBytes + " bytes");
        }
    }
}
