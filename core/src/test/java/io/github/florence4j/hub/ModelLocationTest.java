package io.github.florence4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelLocationTest {
    @TempDir
    private Path folder;

    @Test
    void prefersADirectory() throws IOException {
        try (FakeHub hub = new FakeHub()) {
            assertThat(resolve(folder.toString(), hub)).isEqualTo(folder);
            assertThat(hub.seen).isEmpty();
        }
    }

    @Test
    void doesNotAskForHubSettingsToUseADirectory() throws IOException {
        Path found = ModelLocation.resolve(
                folder.toString(),
                () -> {
                    throw new IllegalArgumentException("HF_ENDPOINT is wrong");
                },
                DownloadListener.SILENT);
        assertThat(found).isEqualTo(folder);
    }

    @Test
    void takesAHubIdToItsSnapshot() throws IOException {
        try (FakeHub hub = new FakeHub()) {
            assertThat(resolve(FakeHub.REPOSITORY, hub)).isDirectory().hasFileName(FakeHub.COMMIT);
        }
    }

    @Test
    void saysWhatItTriedWhenThereIsNothing() throws IOException {
        Path file = Files.createFile(folder.resolve("weights.bin"));
        try (FakeHub hub = new FakeHub()) {
            assertThatThrownBy(() -> resolve("models/none", hub))
                    .hasMessage("There is no directory 'models/none', and as a hub id: There is no model repository"
                            + " models/none on " + hub.endpoint() + ".");
            assertThatThrownBy(() -> resolve("nowhere", hub))
                    .hasMessageStartingWith("'nowhere' is neither a directory nor a hub id");
            assertThatThrownBy(() -> resolve(file.toString(), hub)).hasMessageContaining("is a file");
            assertThatThrownBy(() -> resolve("", hub)).hasMessageContaining("neither a directory nor a hub id");
        }
    }

    private Path resolve(String text, FakeHub hub) throws IOException {
        HubSettings settings = new HubSettings(folder.resolve("cache"), hub.endpoint(), Optional.empty(), false);
        return ModelLocation.resolve(text, settings, DownloadListener.SILENT);
    }
}
