package io.github.florence4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DamagedImageTest {
    private static final Duration LONGEST = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jpeg-420.jpg",
                "jpeg-420-progressive.jpg",
                "jpeg-restart.jpg",
                "jpeg-cmyk.jpg",
                "jpeg-orientation-6.jpg",
                "png-rgb.png",
                "png-p4.png",
                "png-interlaced.png",
                "png-orientation.png",
                "bmp-rgb.bmp",
                "bmp-p.bmp",
                "gif-p.gif",
                "gif-small-frame.gif",
                "tiff-rgb-tiff_lzw.tif",
                "tiff-1-group4.tif",
                "tiff-rgb-jpeg.tif",
                "tiff-rgb-tiff_adobe_deflate.tif",
                "tiff-pages.tif",
                "webp-lossless.webp",
                "webp-lossy-alpha.webp",
                "webp-animated.webp"
            })
    void givesAnImageOrOneSentenceWhateverTheBytes(String name) {
        byte[] file = Pictures.file(name);
        Random random = new Random(name.hashCode());
        for (int round = 0; round < 60; round++) {
            byte[] damaged = damage(file, random);
            assertThat(outcome(damaged, name))
                    .as("%s, round %d", name, round)
                    .matches("image|" + Pattern.quote(name) + "(, page \\d+)?: [^\\n]+");
        }
    }

    /** Cuts the file off, changes some bytes anywhere or in the header, or both. */
    private static byte[] damage(byte[] file, Random random) {
        byte[] damaged = file.clone();
        int kind = random.nextInt(4);
        if (kind == 0) {
            return Arrays.copyOf(damaged, random.nextInt(damaged.length));
        }
        int reach = kind == 1 ? Math.min(64, damaged.length) : damaged.length;
        for (int i = 0, flips = 1 + random.nextInt(8); i < flips; i++) {
            damaged[random.nextInt(reach)] = (byte) random.nextInt(256);
        }
        return kind == 2 ? Arrays.copyOf(damaged, 1 + random.nextInt(damaged.length)) : damaged;
    }

    private static String outcome(byte[] file, String name) {
        long start = System.nanoTime();
        String outcome;
        try {
            DecodeOptions options = DecodeOptions.DEFAULTS.withMaxPixels(4_000_000);
            RgbImage image = new ImageDecoder(options).decode(file, name);
            outcome = (long) image.width() * image.height() <= 4_000_000 ? "image" : "an image above the limit";
        } catch (UnreadableImageException e) {
            outcome = e.getMessage();
        } catch (Throwable e) {
            outcome = "thrown: " + e;
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as(name).isLessThan(LONGEST);
        return outcome;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jpeg-420.jpg",
                "jpeg-420-progressive.jpg",
                "png-rgb.png",
                "bmp-rgb.bmp",
                "gif-p.gif",
                "tiff-rgb.tif",
                "tiff-rgb-tiff_lzw.tif",
                "webp-lossless.webp",
                "webp-lossy.webp"
            })
    void refusesAFileThatIsCutOffInTheMiddle(String name) {
        byte[] file = Pictures.file(name);

        assertThatThrownBy(() -> new ImageDecoder().decode(Arrays.copyOf(file, file.length / 2), name))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageStartingWith(name + ": ");
    }

    @Test
    void refusesADecompressionBombByItsHeader() throws IOException {
        byte[] bomb = png(60_000, 60_000);

        assertThatThrownBy(() -> new ImageDecoder().decode(bomb, "bomb.png"))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessage("bomb.png: the image of 60000x60000 pixels is above the limit of 178956970 pixels"
                        + " and 1000000 a side");
        assertThatThrownBy(() -> new ImageDecoder().decode(png(20_000_000, 1), "long.png"))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("20000000x1 pixels is above the limit");
        assertThatThrownBy(() -> new ImageDecoder(DecodeOptions.DEFAULTS.withMaxPixels(2_000))
                        .decode(Pictures.file("png-rgb.png"), "x.png"))
                .hasMessageContaining("above the limit of 2000 pixels");
    }

    @Test
    void endsOnATiffWhoseDirectoriesGoInACircle() throws IOException {
        byte[] file = Pictures.file("tiff-pages.tif");
        ByteBuffer tiff = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int directory = tiff.getInt(4);
        tiff.putInt(directory + 2 + 12 * tiff.getShort(directory), directory);

        assertThat(pages(file)).matches("\\d+ pages|.*circle.tif: [^\\n]+");
    }

    private String pages(byte[] file) throws IOException {
        try (ImagePages pages = ImagePages.open(Files.write(folder.resolve("circle.tif"), file))) {
            return pages.count() + " pages";
        } catch (UnreadableImageException e) {
            return e.getMessage();
        }
    }

    @Test
    void saysInOneSentenceWhatIsWrongWithAFile() throws IOException {
        Path empty = Files.write(folder.resolve("empty.png"), new byte[0]);
        Path text = Files.writeString(folder.resolve("text.jpg"), "no picture");
        Path missing = folder.resolve("missing.png");
        Path large = Files.write(folder.resolve("large.png"), Pictures.file("png-rgb.png"));
        ImageDecoder decoder = new ImageDecoder(DecodeOptions.DEFAULTS.withMaxFileBytes(1_000));

        assertThatThrownBy(() -> decoder.decode(empty)).hasMessage(empty + ": the file is empty");
        assertThatThrownBy(() -> decoder.decode(text))
                .hasMessageStartingWith(text + ": this is no image: expected JPEG");
        assertThatThrownBy(() -> decoder.decode(missing)).hasMessage(missing + ": there is no such file");
        assertThatThrownBy(() -> decoder.decode(folder))
                .hasMessage(folder + ": this is a directory, not an image file");
        assertThatThrownBy(() -> decoder.decode(large)).hasMessageContaining("is above the limit of 1000 bytes");
        assertThatThrownBy(() -> decoder.decode("%PDF-1.7".getBytes(StandardCharsets.ISO_8859_1), "a.pdf"))
                .hasMessage("a.pdf: this is a PDF document, not an image");
    }

    /** A grey PNG of any size whose data is one compressed megabyte of zeros. */
    private static byte[] png(int width, int height) throws IOException {
        Deflater deflater = new Deflater();
        deflater.setInput(new byte[1 << 20]);
        deflater.finish();
        byte[] data = new byte[1 << 12];
        int length = deflater.deflate(data);
        deflater.end();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        byte[] depthGreyRest = {8, 0, 0, 0, 0};
        out.write(chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put(depthGreyRest)
                        .array()));
        out.write(chunk("IDAT", Arrays.copyOf(data, length)));
        out.write(chunk("IEND", new byte[0]));
        return out.toByteArray();
    }

    private static byte[] chunk(String kind, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(12 + data.length);
        chunk.putInt(data.length)
                .put(kind.getBytes(StandardCharsets.ISO_8859_1))
                .put(data);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + data.length);
        return chunk.putInt((int) crc.getValue()).array();
    }
}
