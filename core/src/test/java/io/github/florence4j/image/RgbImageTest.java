package io.github.florence4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RgbImageTest {
    @TempDir
    private Path folder;

    /** Java takes grey for linear light, so that 39 of 255 would become 109. */
    @Test
    void greyOfJavaIsTheGreyOfItsFile() throws IOException {
        BufferedImage grey = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 256; i++) {
            grey.getRaster().setSample(i % 16, i / 16, 0, i);
        }
        RgbImage found = RgbImage.of(grey);
        for (int i = 0; i < 256; i++) {
            assertThat(found.rgb(i % 16, i / 16)).isEqualTo(0x10101 * i);
        }
        Path file = folder.resolve("grey.png");
        ImageIO.write(grey, "png", file.toFile());
        assertThat(found.bytes()).isEqualTo(RgbImage.read(file).bytes());
        assertThat(RgbImage.of(grey.getSubimage(3, 2, 4, 5)).bytes())
                .isEqualTo(found.crop(3, 2, 4, 5).bytes());
    }

    @Test
    void greyOfSixteenBitsHasItsHighByte() {
        BufferedImage grey = new BufferedImage(256, 1, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < 256; i++) {
            grey.getRaster().setSample(i, 0, 0, 257 * i);
        }
        RgbImage found = RgbImage.of(grey);
        for (int i = 0; i < 256; i++) {
            assertThat(found.rgb(i, 0)).isEqualTo(0x10101 * i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR
            })
    void coloursOfJavaAreKept(int type) {
        BufferedImage image = new BufferedImage(3, 1, type);
        image.setRGB(0, 0, 0xFF123456);
        image.setRGB(2, 0, 0xFFFEDCBA);
        RgbImage found = RgbImage.of(image);
        assertThat(found.rgb(0, 0)).isEqualTo(0x123456);
        assertThat(found.rgb(2, 0)).isEqualTo(0xFEDCBA);
        assertThat(RgbImage.of(found.toBufferedImage()).bytes()).isEqualTo(found.bytes());
    }
}
