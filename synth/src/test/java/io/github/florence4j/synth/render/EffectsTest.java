package io.github.florence4j.synth.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.result.Box;
import io.github.florence4j.synth.Level;
import io.github.florence4j.synth.PageGenerator;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.page.Effects;
import io.github.florence4j.synth.page.Glyph;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.Raster;
import io.github.florence4j.synth.page.Strength;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;

class EffectsTest {
    private static final Effects TURNED = new Effects(Strength.NONE, Strength.STRONG, Strength.NONE, Strength.NONE);

    @Test
    void leavesPagesBlackOnWhiteWithoutThem() {
        Raster page = new PageGenerator(PageSettings.DEFAULT.withEffects(Effects.NONE))
                .page(4, Level.WORD, 96, 48)
                .raster();
        assertThat(page.sample(0, 0, 0)).isEqualTo(255);
        assertThat(page.sample(95, 47, 0)).isEqualTo(255);
    }

    @Test
    void turnsBoxesWithTheInk() {
        PageGenerator generator = new PageGenerator(PageSettings.DEFAULT.withEffects(TURNED));
        for (int seed = 0; seed < 60; seed++) {
            Page page = generator.page(seed, Level.GLYPH, 64, 64);
            Glyph glyph = page.lines().get(0).words().get(0).glyphs().get(0);
            Box ink = ink(page.raster());
            assertThat(ink.x1()).isCloseTo(glyph.box().x1(), within(2.0));
            assertThat(ink.y1()).isCloseTo(glyph.box().y1(), within(2.0));
            assertThat(ink.x2()).isCloseTo(glyph.box().x2(), within(2.0));
            assertThat(ink.y2()).isCloseTo(glyph.box().y2(), within(2.0));
        }
    }

    private static Box ink(Raster page) {
        int x1 = page.width();
        int y1 = page.height();
        int x2 = 0;
        int y2 = 0;
        for (int y = 0; y < page.height(); y++) {
            for (int x = 0; x < page.width(); x++) {
                if (page.sample(x, y, 0) < 250) {
                    x1 = Math.min(x1, x);
                    x2 = Math.max(x2, x + 1);
                    y1 = Math.min(y1, y);
                    y2 = Math.max(y2, y + 1);
                }
            }
        }
        return new Box(x1, y1, x2, y2);
    }

    @Test
    void compressesAsTheCodecOfTheJdkDoes() throws IOException {
        Raster page = new PageGenerator(PageSettings.DEFAULT.withEffects(Effects.NONE))
                .page(8, Level.LINES, 128, 128)
                .raster();
        Raster ours = new Raster(128, 128, 1, page.bytes().clone());
        JpegArtefacts.add(ours, 40);
        BufferedImage theirs = throughCodec(page.toBufferedImage(), 0.4f);
        double difference = 0;
        double change = 0;
        for (int i = 0; i < ours.bytes().length; i++) {
            int value = ours.bytes()[i] & 0xFF;
            difference += Math.abs(value - theirs.getRaster().getSample(i % 128, i / 128, 0));
            change += Math.abs(value - (page.bytes()[i] & 0xFF));
        }
        assertThat(change / ours.bytes().length).isGreaterThan(1);
        assertThat(difference).isLessThan(0.1 * change);
    }

    private static BufferedImage throughCodec(BufferedImage image, float quality) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(quality);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return ImageIO.read(new ByteArrayInputStream(bytes.toByteArray()));
    }

    @Test
    void addsGrainOfTheGivenDeviation() {
        Raster page = new Raster(200, 200, 1, new byte[40_000]);
        java.util.Arrays.fill(page.bytes(), (byte) 128);
        Noise.add(Rng.of(1), page, 9, 0);
        double sum = 0;
        double squares = 0;
        for (byte b : page.bytes()) {
            double change = (b & 0xFF) - 128;
            sum += change;
            squares += change * change;
        }
        assertThat(sum / 40_000).isCloseTo(0, within(0.3));
        assertThat(Math.sqrt(squares / 40_000)).isCloseTo(9, within(0.3));
    }
}
