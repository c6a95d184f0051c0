package io.github.florence4j.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.weights.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MicroBatchTest {
    private static final Set<Part> LANGUAGE = EnumSet.of(Part.ENCODER, Part.DECODER);

    /** The sizes of Florence-2-base: three pictures of 768 pixels where the tower is frozen, one where it trains. */
    @Test
    void aFewPicturesGoAtOnceOnAProcessor(@TempDir Path folder) throws Exception {
        Files.writeString(
                folder.resolve("config.json"),
                "{'model_type': 'florence2', 'vision_config': {'projection_dim': 768}, 'text_config': {}}"
                        .replace('\'', '"'));
        Florence2Config base = Florence2Config.read(folder); // what a configuration does not say is as in base
        assertThat(base.text().dModel()).isEqualTo(768);
        assertThat(examples(0, base, 768, LANGUAGE, "cpu")).isEqualTo(3);
        assertThat(examples(0, base, 768, EnumSet.allOf(Part.class), "cpu")).isEqualTo(1);
        assertThat(examples(0, base, 192, EnumSet.allOf(Part.class), "cpu")).isEqualTo(16);
        assertThat(examples(5, base, 768, LANGUAGE, "cpu")).isEqualTo(5);
    }

    private static int examples(int given, Florence2Config config, int size, Set<Part> active, String device) {
        try (Device where = new Device(device)) {
            return MicroBatch.examples(
                    given, config, ImageProcessorConfig.FLORENCE_2.withSize(size, size), active, where);
        }
    }
}
