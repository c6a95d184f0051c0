package io.github.florence4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageProcessorTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void normalisesToTheCheckValuesOfTheSpecification() {
        ImageProcessor processor = new ImageProcessor(config("{\"size\": {\"height\": 1, \"width\": 2}}"));
        RgbImage blackAndWhite = new RgbImage(2, 1, new byte[] {0, 0, 0, -1, -1, -1});

        // (3, 1, 2), values of section 2.1
        assertThat(processor.process(blackAndWhite))
                .containsExactly(-2.1179039f, 2.2489083f, -2.0357141f, 2.4285715f, -1.8044444f, 2.6400001f);
    }

    @Test
    void givesThePixelValuesOfTheReferenceBatch() throws IOException {
        ImageProcessor processor = new ImageProcessor(
                ImageProcessorConfig.read(Fixtures.path("tiny-transformers/preprocessor_config.json")));
        float[] reference = pixelValues();
        float[] batch = new float[3 * processor.size()];
        assertThat(reference).hasSameSizeAs(batch);

        String[] images = {"images/coffee.png", "images/page.png", "images/rocket.jpg"};
        for (int i = 0; i < images.length; i++) {
            processor.process(new ImageDecoder().decode(Fixtures.path(images[i])), batch, i * processor.size());
        }

        for (int i = 0; i < batch.length; i++) {
            assertThat(batch[i]).isCloseTo(reference[i], within(3e-7f));
        }
    }

    /** The tensor pixel_values of activations.safetensors: float32, (3, 3, 96, 96). */
    private static float[] pixelValues() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(Fixtures.path("activations.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(file.getLong(0));
        JsonNode tensor = JSON.readTree(new String(file.array(), 8, header, StandardCharsets.UTF_8))
                .get("pixel_values");
        assertThat(tensor.get("dtype").asText()).isEqualTo("F32");
        int from = 8 + header + tensor.get("data_offsets").get(0).asInt();
        int to = 8 + header + tensor.get("data_offsets").get(1).asInt();
        FloatBuffer values =
                file.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] out = new float[values.remaining()];
        values.get(out);
        return out;
    }

    @Test
    void writesTheSameValuesToAnArrayAndToABuffer() {
        ImageProcessor processor = new ImageProcessor(config("{\"size\": {\"height\": 9, \"width\": 7}}"));
        RgbImage image = Pictures.noise(20, 30, 4);
        float[] alone = processor.process(image);
        float[] array = new float[5 + processor.size()];
        FloatBuffer buffer = FloatBuffer.allocate(2 * processor.size());

        processor.process(image, array, 5);
        processor.process(image, buffer);
        processor.process(image, buffer);

        assertThat(Arrays.copyOfRange(array, 5, array.length)).isEqualTo(alone);
        assertThat(Arrays.copyOf(buffer.array(), alone.length)).isEqualTo(alone);
        assertThat(Arrays.copyOfRange(buffer.array(), alone.length, 2 * alone.length))
                .isEqualTo(alone);
        assertThatThrownBy(() -> processor.process(image, buffer)).isInstanceOf(BufferOverflowException.class);
        assertThatThrownBy(() -> processor.process(image, array, 6)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void givesEightThreadsTheSameValues() {
        ImageProcessor processor = new ImageProcessor(config("{\"size\": {\"height\": 64, \"width\": 64}}"));
        RgbImage image = Pictures.noise(200, 100, 5);
        float[] alone = processor.process(image);

        assertThat(IntStream.range(0, 64).parallel().mapToObj(i -> processor.process(image)))
                .allSatisfy(values -> assertThat(values).isEqualTo(alone));
    }

    @Test
    void leavesOutTheStepsThatAreSwitchedOff() {
        RgbImage image = new RgbImage(1, 1, new byte[] {10, 20, (byte) 200});
        String size = "\"size\": {\"height\": 1, \"width\": 1}";

        assertThat(new ImageProcessor(config("{" + size + ", \"do_normalize\": false, \"do_rescale\": false}"))
                        .process(image))
                .containsExactly(10, 20, 200);
        assertThat(new ImageProcessor(config("{" + size + ", \"do_normalize\": false}")).process(image))
                .containsExactly((float) (10 * (1.0 / 255)), (float) (20 * (1.0 / 255)), (float) (200 * (1.0 / 255)));
        ImageProcessor unsized = new ImageProcessor(config("{" + size + ", \"do_resize\": false}"));
        assertThatThrownBy(() -> unsized.process(Pictures.noise(2, 1, 0)))
                .hasMessage("the image has 2x1 pixels, but with do_resize off 1x1 are expected");
    }

    @Test
    void readsTheSettingsOfACheckpoint() throws IOException {
        ImageProcessorConfig tiny = ImageProcessorConfig.read(Fixtures.path("tiny-microsoft/preprocessor_config.json"));

        assertThat(tiny.height()).isEqualTo(96);
        assertThat(tiny.width()).isEqualTo(96);
        assertThat(tiny.rescaleFactor()).isEqualTo(1.0 / 255);
        assertThat(tiny.mean()).containsExactly(0.485, 0.456, 0.406);
        assertThat(config("{}")).isEqualTo(ImageProcessorConfig.FLORENCE_2);
        assertThat(config("{\"do_center_crop\": true, \"crop_size\": {\"height\": 768, \"width\": 768}}"))
                .isEqualTo(ImageProcessorConfig.FLORENCE_2);
    }

    @Test
    void findsTheSettingsWhereverTransformersSavedThem() throws IOException {
        Path tiny = Fixtures.path("tiny-microsoft");
        ImageProcessorConfig expected = ImageProcessorConfig.read(tiny.resolve("preprocessor_config.json"));
        assertThat(ImageProcessorConfig.ofCheckpoint(tiny)).isEqualTo(expected);
        assertThat(ImageProcessorConfig.ofCheckpoint(folder)).isEqualTo(ImageProcessorConfig.FLORENCE_2);
        String nested = "{\"image_processor\": %s, \"processor_class\": \"Florence2Processor\"}"
                .formatted(Files.readString(tiny.resolve("preprocessor_config.json")));
        Files.writeString(folder.resolve("processor_config.json"), nested);
        assertThat(ImageProcessorConfig.ofCheckpoint(folder)).isEqualTo(expected);
        Files.writeString(folder.resolve("processor_config.json"), "{\"image_processor\": {\"resample\": 2}}");
        assertThatThrownBy(() -> ImageProcessorConfig.ofCheckpoint(folder))
                .hasMessage(folder.resolve("processor_config.json") + ": resample must be 3 (bicubic), not 2");
    }

    @Test
    void refusesSettingsThatItDoesNotFollow() throws IOException {
        assertThatThrownBy(() -> config("{\"resample\": 2}")).hasMessage("resample must be 3 (bicubic), not 2");
        assertThatThrownBy(() -> config("{\"size\": {\"shortest_edge\": 224}}"))
                .hasMessage("size and crop_size must be like {\"height\": 768, \"width\": 768},"
                        + " not {\"shortest_edge\":224}");
        assertThatThrownBy(() -> config("{\"do_center_crop\": true, \"crop_size\": {\"height\": 224, \"width\": 224}}"))
                .hasMessageContaining("do_center_crop");
        assertThatThrownBy(() -> config("{\"image_mean\": [0.5]}")).hasMessageContaining("3 numbers each");
        assertThatThrownBy(() -> config("{\"image_std\": [1, 0, 1]}")).hasMessageContaining("positive");
        assertThatThrownBy(() -> config("{\"do_resize\": 1}")).hasMessage("do_resize must be true or false, not 1");
        assertThatThrownBy(() -> config("{\"rescale_factor\": -1}")).hasMessageContaining("rescale_factor");
        Path broken = Files.writeString(folder.resolve("preprocessor_config.json"), "{\"size\": ");
        assertThatThrownBy(() -> ImageProcessorConfig.read(broken))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(broken + ": not valid JSON");
    }

    private static ImageProcessorConfig config(String json) {
        try {
            return ImageProcessorConfig.of(JSON.readTree(json));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
