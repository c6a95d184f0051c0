package io.github.florence4j.evaluate;

import io.github.florence4j.data.Entry;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.Pass;
import io.github.florence4j.data.Sample;
import io.github.florence4j.data.SampleReader;
import io.github.florence4j.data.SampleSource;
import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.image.UnreadableImageException;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Small JPEG files of the pictures of some samples, which are read again for it. */
final class Thumbnails {
    /** The longer side in pixels; smaller pictures keep their size. */
    static final int LONGER_SIDE = 800;

    private static final float QUALITY = 0.72f;
    private static final int CHUNK = 16;

    private Thumbnails() {}

    /** Takes the JPEG file of a picture. */
    @FunctionalInterface
    interface Sink {
        void accept(String imageHash, byte[] jpeg) throws IOException;
    }

    /**
     * Makes them, one for each distinct picture. A picture that has become unreadable since is left out.
     *
     * @param hashes by the numbers of the samples in the source, the hashes of their pictures
     */
    static void make(SampleSource source, Pass pass, SortedMap<Long, String> hashes, Sink sink) throws IOException {
        Set<String> done = new HashSet<>();
        List<Map.Entry<Long, String>> wanted = hashes.entrySet().stream()
                .filter(picture -> done.add(picture.getValue()))
                .toList();
        ImageDecoder decoder = new ImageDecoder();
        if (source instanceof IndexedSource indexed) {
            for (int from = 0; from < wanted.size(); from += CHUNK) {
                List<Map.Entry<Long, String>> chunk = wanted.subList(from, Math.min(wanted.size(), from + CHUNK));
                List<Entry> entries = indexed.read(
                        pass, chunk.stream().mapToLong(Map.Entry::getKey).toArray());
                for (int i = 0; i < chunk.size(); i++) {
                    make(entries.get(i), chunk.get(i).getValue(), decoder, sink);
                }
            }
            return;
        }
        try (SampleReader reader = source.open(pass, 0)) {
            long read = 0;
            for (Map.Entry<Long, String> picture : wanted) {
                Entry entry = reader.next();
                while (entry != null && read++ < picture.getKey()) {
                    entry = reader.next();
                }
                if (entry != null) {
                    make(entry, picture.getValue(), decoder, sink);
                }
            }
        }
    }

    private static void make(Entry entry, String hash, ImageDecoder decoder, Sink sink) throws IOException {
        if (entry instanceof Sample sample) {
            try {
                sink.accept(hash, jpeg(sample.image().decode(decoder).toBufferedImage()));
            } catch (UnreadableImageException e) {
                return; // it was readable during the evaluation; the report shows the sample without it
            }
        }
    }

    private static byte[] jpeg(BufferedImage picture) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(scaled(picture), null, null), settings);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** The picture with its longer side shortened, each pixel the mean of those that it stands for. */
    private static BufferedImage scaled(BufferedImage picture) {
        double scale = (double) LONGER_SIDE / Math.max(picture.getWidth(), picture.getHeight());
        if (scale >= 1) {
            return picture;
        }
        int width = (int) Math.max(1, Math.round(picture.getWidth() * scale));
        int height = (int) Math.max(1, Math.round(picture.getHeight() * scale));
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(picture.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING), 0, 0, null);
        graphics.dispose();
        return small;
    }
}
