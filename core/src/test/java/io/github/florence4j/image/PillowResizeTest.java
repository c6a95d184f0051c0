package io.github.florence4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reference: Pillow's {@code image.convert("RGB").resize((s, s), BICUBIC)}, fixture preprocess.json. */
class PillowResizeTest {
    static Stream<Arguments> cases() {
        return StreamSupport.stream(
                        Fixtures.json("preprocess.json").get("cases").spliterator(), false)
                .flatMap(c -> c.get("resized").properties().stream()
                        .map(e -> Arguments.of(
                                c.get("image").asText(),
                                Integer.parseInt(e.getKey()),
                                e.getValue().asText(),
                                c)));
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("cases")
    void resizesToTheBytesThatPillowGives(String image, int size, String sha256, JsonNode c) throws IOException {
        RgbImage decoded = new ImageDecoder().decode(Fixtures.path(image));
        assertThat(decoded.width()).isEqualTo(c.get("size").get(0).asInt());
        assertThat(decoded.height()).isEqualTo(c.get("size").get(1).asInt());

        RgbImage resized = BicubicResize.resize(decoded, size, size);

        assertThat(Pictures.sha256(resized)).isEqualTo(sha256);
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("sizes")
    void resizesToOtherSizesAsPillowDoes(String image, int width, int height, String sha256) throws IOException {
        RgbImage resized = BicubicResize.resize(Pictures.decode(image), width, height);

        assertThat(Pictures.sha256(resized)).isEqualTo(sha256);
    }

    static Stream<Arguments> sizes() {
        return Pictures.cases().stream().filter(c -> c.has("resized")).flatMap(c -> StreamSupport.stream(
                        c.get("resized").spliterator(), false)
                .map(r -> Arguments.of(
                        c.get("image").asText(),
                        r.get("size").get(0).asInt(),
                        r.get("size").get(1).asInt(),
                        r.get("sha256").asText())));
    }

    @Test
    void agreesWithThePlainFormulaOnRandomSizes() {
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
            RgbImage image = Pictures.noise(1 + random.nextInt(90), 1 + random.nextInt(90), i);
            int width = 1 + random.nextInt(90);
            int height = 1 + random.nextInt(90);

            byte[] expected = plainResize(image, width, height);

            assertThat(BicubicResize.resize(image, width, height).bytes())
                    .as("%dx%d to %dx%d", image.width(), image.height(), width, height)
                    .isEqualTo(expected);
        }
    }

    @Test
    void keepsAConstantImageConstant() {
        Random random = new Random(6);
        for (int level : new int[] {0, 1, 127, 254, 255}) {
            byte[] bytes = new byte[3 * 37 * 53];
            Arrays.fill(bytes, (byte) level);
            RgbImage image = new RgbImage(37, 53, bytes);
            byte[] resized = BicubicResize.resize(image, 1 + random.nextInt(200), 1 + random.nextInt(200))
                    .bytes();
            for (byte b : resized) {
                assertThat(b & 0xFF).isEqualTo(level);
            }
        }
    }

    @Test
    void returnsTheSameImageForTheSameSize() {
        RgbImage image = Pictures.noise(20, 30, 1);

        assertThat(BicubicResize.resize(image, 20, 30)).isSameAs(image);
    }

    @Test
    void filtersNothingAlongADimensionThatStays() {
        RgbImage image = Pictures.noise(20, 30, 2);
        RgbImage wider = BicubicResize.resize(image, 33, 30);
        for (int y = 0; y < 30; y++) {
            RgbImage row = BicubicResize.resize(image.crop(0, y, 20, 1), 33, 1);
            assertThat(wider.crop(0, y, 33, 1).bytes()).isEqualTo(row.bytes());
        }
    }

    @Test
    void refusesAnEmptyOrImpossibleSize() {
        RgbImage image = Pictures.noise(2, 2, 3);

        assertThatThrownBy(() -> BicubicResize.resize(image, 0, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x5");
        assertThatThrownBy(() -> BicubicResize.resize(image, 100_000, 100_000))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The specification's formula (section 2.1) sample by sample, with none of the shortcuts of the class under test. */
    private static byte[] plainResize(RgbImage image, int width, int height) {
        byte[] across = image.width() == width
                ? image.bytes()
                : plainAxis(image.bytes(), image.width(), width, image.height(), 3, 3 * image.width(), 3 * width);
        return image.height() == height ? across : plainAxis(across, image.height(), height, width, 3 * width, 3, 3);
    }

    private static byte[] plainAxis(byte[] in, int from, int to, int lines, int step, int inLine, int outLine) {
        byte[] out = new byte[in.length / from * to];
        double scale = (double) from / to;
        double filterScale = Math.max(scale, 1);
        for (int o = 0; o < to; o++) {
            double center = (o + 0.5) * scale;
            int lo = (int) Math.max(0, center - 2 * filterScale + 0.5);
            int hi = (int) Math.min(from, center + 2 * filterScale + 0.5);
            double sum = 0;
            for (int j = lo; j < hi; j++) {
                sum += keys((j - center + 0.5) / filterScale);
            }
            for (int line = 0; line < lines; line++) {
                for (int c = 0; c < 3; c++) {
                    long total = 1 << 21;
                    for (int j = lo; j < hi; j++) {
                        double weight = keys((j - center + 0.5) / filterScale) / sum;
                        long fixed = (long) (weight * (1 << 22) + Math.copySign(0.5, weight));
                        total += fixed * (in[line * inLine + j * step + c] & 0xFF);
                    }
                    out[line * outLine + o * step + c] = (byte) Math.max(0, Math.min(255, total >> 22));
                }
            }
        }
        return out;
    }

    private static double keys(double x) {
        double a = -0.5;
        double d = Math.abs(x);
        if (d < 1) {
            return (a + 2) * d * d * d - (a + 3) * d * d + 1;
        }
        return d < 2 ? a * (d * d * d - 5 * d * d + 8 * d - 4) : 0;
    }
}
