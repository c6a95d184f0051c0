package io.github.florence4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagePagesTest {
    @TempDir
    Path folder;

    @Test
    void readsEveryPageOfATiffAsPillowDoes() throws IOException {
        JsonNode expected = Pictures.cases().stream()
                .filter(c -> c.get("image").asText().equals("tiff-pages.tif"))
                .findFirst()
                .orElseThrow();
        try (ImagePages pages = ImagePages.open(copy("tiff-pages.tif"))) {
            assertThat(pages.count()).isEqualTo(3);
            for (int i : new int[] {2, 0, 1}) {
                assertThat(Pictures.sha256(pages.read(i)))
                        .isEqualTo(expected.get("pages").get(i).get("sha256").asText());
            }
            assertThatThrownBy(() -> pages.read(3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void readsOnePageOfAnyOtherImageAndTheFirstFrameOfAnAnimation() throws IOException {
        for (String name : new String[] {"png-rgb.png", "jpeg-420.jpg", "gif-animated.gif", "webp-animated.webp"}) {
            try (ImagePages pages = ImagePages.open(copy(name))) {
                assertThat(pages.count()).as(name).isEqualTo(1);
                assertThat(pages.read(0).bytes())
                        .as(name)
                        .isEqualTo(Pictures.decode(name).bytes());
            }
        }
    }

    @Test
    void rendersPdfPagesAtTheResolutionAskedFor() throws IOException {
        Path pdf = pdf(new PDRectangle(144, 72), new PDRectangle(72, 216));
        try (ImagePages pages = ImagePages.open(pdf)) {
            assertThat(pages.count()).isEqualTo(2);
            RgbImage first = pages.read(0);
            assertThat(first.width()).isEqualTo(300);
            assertThat(first.height()).isEqualTo(150);
            assertThat(first.rgb(10, 140)).as("lower left: painted").isEqualTo(0x1E64C8);
            assertThat(first.rgb(290, 10)).as("upper right: paper").isEqualTo(0xFFFFFF);
            assertThat(pages.read(1).height()).isBetween(449, 450);
        }
        try (ImagePages pages = ImagePages.open(pdf, DecodeOptions.DEFAULTS.withPdfDpi(72))) {
            assertThat(pages.read(1).width()).isEqualTo(72);
            assertThat(pages.read(1).height()).isEqualTo(216);
        }
    }

    @Test
    void refusesAnEnormousPdfPageAndReadsTheOthers() throws IOException {
        Path pdf = pdf(new PDRectangle(1_000_000, 1_000_000), new PDRectangle(72, 72));
        try (ImagePages pages = ImagePages.open(pdf)) {
            assertThatThrownBy(() -> pages.read(0))
                    .isInstanceOf(UnreadableImageException.class)
                    .hasMessageStartingWith(pdf + ", page 1: the image of ")
                    .hasMessageContaining("above the limit");
            assertThat(pages.read(1).width()).isEqualTo(150);
        }
    }

    @Test
    void saysThatAPdfIsEncrypted() throws IOException {
        Path pdf = folder.resolve("secret.pdf");
        try (PDDocument document = new PDDocument()) {
            document.addPage(new PDPage());
            document.protect(new StandardProtectionPolicy("owner", "user", new AccessPermission()));
            document.save(pdf.toFile());
        }

        assertThatThrownBy(() -> ImagePages.open(pdf))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessage(pdf + ": the PDF document is encrypted and needs a password");
    }

    @Test
    void givesPagesOrOneSentenceForDamagedPdfs() throws IOException {
        byte[] whole = Files.readAllBytes(pdf(new PDRectangle(72, 72)));
        Random random = new Random(3);
        Path path = folder.resolve("damaged.pdf");
        for (int round = 0; round < 100; round++) {
            byte[] damaged = Arrays.copyOf(whole, round % 2 == 0 ? whole.length : 8 + random.nextInt(whole.length - 8));
            for (int i = 0; i < round % 5; i++) {
                damaged[8 + random.nextInt(damaged.length - 8)] = (byte) random.nextInt(256);
            }
            Files.write(path, damaged);
            try (ImagePages pages = ImagePages.open(path, DecodeOptions.DEFAULTS.withMaxPixels(4_000_000))) {
                assertThat(pages.read(0).width()).isPositive();
            } catch (UnreadableImageException e) {
                assertThat(e.getMessage()).startsWith(path.toString()).doesNotContain("\n");
            }
        }
    }

    private Path copy(String name) throws IOException {
        return Files.write(folder.resolve(name), Pictures.file(name));
    }

    /** A document with a page of each size, whose lower left half inch is painted. */
    private Path pdf(PDRectangle... sizes) throws IOException {
        Path path = folder.resolve("pages.pdf");
        try (PDDocument document = new PDDocument()) {
            for (PDRectangle size : sizes) {
                PDPage page = new PDPage(size);
                document.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                    content.setNonStrokingColor(new Color(0x1E64C8));
                    content.addRect(0, 0, 36, 36);
                    content.fill();
                }
            }
            document.save(path.toFile());
        }
        return path;
    }
}
