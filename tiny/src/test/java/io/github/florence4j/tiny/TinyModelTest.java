package io.github.florence4j.tiny;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.hub.DownloadListener;
import io.github.florence4j.hub.HubSettings;
import io.github.florence4j.hub.ModelLocation;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The small model is packed in this build, whole and small enough. */
class TinyModelTest {
    private static final long MOST_BYTES = 12_000_000;

    @Test
    void theNameStandsForTheModelThatIsPacked() throws IOException {
        assertThat(TinyModel.isPresent()).isTrue();
        Path folder = ModelLocation.resolve(TinyModel.NAME, HubSettings::fromEnvironment, DownloadListener.SILENT);
        assertThat(Florence2Config.read(folder).text().dModel()).isPositive();
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(folder)) {
            assertThat(tokenizer.encode("Total: 12.50").length).isGreaterThan(2);
        }
        assertThat(Files.size(folder.resolve("model.safetensors"))).isLessThanOrEqualTo(MOST_BYTES);
        assertThat(folder.resolve("README.md")).isNotEmptyFile();
        assertThat(folder.resolve("preprocessor_config.json")).isNotEmptyFile();
    }
}
