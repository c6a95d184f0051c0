package io.github.florence4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reference: Pillow 12.3.0, {@code ImageOps.exif_transpose(image).convert("RGB")}. */
class PillowDecodingTest {
    static Stream<Arguments> exact() {
        return Pictures.cases().stream()
                .filter(c -> !c.has("largest"))
                .map(c -> Arguments.of(c.get("image").asText(), c));
    }

    static Stream<Arguments> lossy() {
        return Pictures.cases().stream()
                .filter(c -> c.has("largest"))
                .map(c -> Arguments.of(c.get("image").asText(), c));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("exact")
    void decodesToTheBytesThatPillowGives(String name, JsonNode expected) throws IOException {
        RgbImage image = Pictures.decode(name);

        JsonNode page = expected.get("pages").get(0);
        assertThat(image.width()).isEqualTo(page.get("size").get(0).asInt());
        assertThat(image.height()).isEqualTo(page.get("size").get(1).asInt());
        assertThat(Pictures.sha256(image)).isEqualTo(page.get("sha256").asText());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lossy")
    void decodesLossyWebpCloseToPillow(String name, JsonNode expected) throws IOException {
        RgbImage image = Pictures.decode(name);
        RgbImage pillow = Pictures.decode(name + ".expected.png");

        assertThat(image.width()).isEqualTo(pillow.width());
        assertThat(image.height()).isEqualTo(pillow.height());
        int largest = 0;
        long sum = 0;
        for (int i = 0; i < image.bytes().length; i++) {
            int difference = Math.abs((image.bytes()[i] & 0xFF) - (pillow.bytes()[i] & 0xFF));
            largest = Math.max(largest, difference);
            sum += difference;
        }
        assertThat(largest).isLessThanOrEqualTo(expected.get("largest").asInt());
        assertThat((double) sum / image.bytes().length)
                .isLessThanOrEqualTo(expected.get("mean").asDouble());
    }

    @Test
    void comparesAllFormatsOfPillowsList() {
        assertThat(exact()).hasSizeGreaterThan(80);
        assertThat(lossy()).hasSize(2);
    }

    @Test
    void leavesThePictureAsStoredWhereOrientationIsOff() throws IOException {
        ImageDecoder decoder = new ImageDecoder(DecodeOptions.DEFAULTS.withApplyOrientation(false));
        for (String name : new String[] {
            "jpeg-orientation-6.jpg", "png-orientation.png", "tiff-orientation.tif", "webp-orientation.webp"
        }) {
            RgbImage stored = decoder.decode(Pictures.file(name), name);
            RgbImage upright = Pictures.decode(name);

            assertThat(stored.width()).as(name).isEqualTo(61);
            assertThat(upright.width()).as(name).isEqualTo(45);
            assertThat(upright.rgb(44, 0)).as(name).isEqualTo(stored.rgb(0, 0));
        }
    }
}
