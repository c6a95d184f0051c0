package io.github.florence4j.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.hub.DownloadListener;
import io.github.florence4j.hub.HubSettings;
import io.github.florence4j.hub.ModelLocation;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is packed in this build: the small model, or nothing, and then it says so. */
class TinyModelTest {
    private static final long MOST_BYTES = 12_000_000;

    @Test
    void theNameStandsForTheModelThatIsPacked() throws IOException {
        if (!TinyModel.isPresent()) {
            assertThatThrownBy(TinyModelTest::located).hasMessageContaining("holds no weights");
            return;
        }
        Path folder = located();
        assertThat(Florence2Config.read(folder).text().dModel()).isPositive();
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(folder)) {
            assertThat(tokenizer.encode("Total: 12.50").length).isGreaterThan(2);
        }
        assertThat(Files.size(folder.resolve("model.safetensors"))).isLessThanOrEqualTo(MOST_BYTES);
        assertThat(folder.resolve("README.md")).isNotEmptyFile();
        assertThat(folder.resolve("preprocessor_config.json")).isNotEmptyFile();
    }

    private static Path located() throws IOException {
        return ModelLocation.resolve(TinyModel.NAME, HubSettings::fromEnvironment, DownloadListener.SILENT);
    }
}
