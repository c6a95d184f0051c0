package io.github.florence4j.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;

/** The pages of a PDF document, rendered by PDFBox on white at the resolution of the options. */
final class PdfPages implements ImagePages.Source {
    private static final double POINTS_PER_INCH = 72;

    private final String name;
    private final PDDocument document;
    private final DecodeOptions options;

    private PdfPages(String name, PDDocument document, DecodeOptions options) {
        this.name = name;
        this.document = document;
        this.options = options;
    }

    static PdfPages open(String name, byte[] file, DecodeOptions options) throws UnreadableImageException {
        return guarded(name, () -> new PdfPages(name, Loader.loadPDF(file), options));
    }

    @Override
    public int count() throws UnreadableImageException {
        int count = guarded(name, document::getNumberOfPages);
        if (count < 1) {
            throw new UnreadableImageException(name, "the PDF document has no pages");
        }
        return count;
    }

    @Override
    public RgbImage read(int index) throws UnreadableImageException {
        return guarded(name + ", page " + (index + 1), () -> render(index));
    }

    private RgbImage render(int index) throws IOException {
        PDRectangle box = document.getPage(index).getCropBox();
        double scale = options.pdfDpi() / POINTS_PER_INCH;
        options.checkSize(name + ", page " + (index + 1), (long) Math.ceil(box.getWidth() * scale), (long)
                Math.ceil(box.getHeight() * scale));
        BufferedImage page = new PDFRenderer(document).renderImageWithDPI(index, options.pdfDpi(), ImageType.RGB);
        return RasterColours.convert(page.getRaster(), page.getColorModel());
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    /** Damaged documents fail in all ways, endless nesting included, hence the wide catch. */
    private static <T> T guarded(String name, Action<T> action) throws UnreadableImageException {
        try {
            return action.run();
        } catch (UnreadableImageException e) {
            throw e;
        } catch (InvalidPasswordException e) {
            throw new UnreadableImageException(name, "the PDF document is encrypted and needs a password");
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new UnreadableImageException(name, "the PDF document is damaged or cut off", e);
        } catch (OutOfMemoryError e) {
            throw new UnreadableImageException(name, "the PDF document needs more memory than the JVM has free", e);
        }
    }

    @Override
    public void close() throws IOException {
        document.close();
    }
}
