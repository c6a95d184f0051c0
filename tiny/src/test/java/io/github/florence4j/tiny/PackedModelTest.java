package io.github.florence4j.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.hub.BundledModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A packed folder of two files. */
class PackedModelTest {
    @TempDir
    private Path cache;

    private final Map<String, String> files =
            new HashMap<>(Map.of("config.json", "{}", "model.safetensors", "w".repeat(70_000)));

    @Test
    void laysOutItsFilesOnceForEachVersion() throws IOException {
        Path folder = packed().layOut(cache);
        assertThat(folder.getParent()).isEqualTo(cache);
        files.forEach((name, text) -> assertThat(folder.resolve(name)).hasContent(text));
        var written = Files.getLastModifiedTime(folder.resolve("model.safetensors"));

        assertThat(packed().layOut(cache)).isEqualTo(folder);
        assertThat(Files.getLastModifiedTime(folder.resolve("model.safetensors")))
                .isEqualTo(written);

        files.put("config.json", "{\"other\": 1}");
        assertThat(packed().layOut(cache)).isNotEqualTo(folder);
        assertThat(folder.resolve("config.json")).hasContent("{}");
    }

    @Test
    void mendsWhatWasCutShortOrChanged() throws IOException {
        Path folder = packed().layOut(cache);
        Files.writeString(folder.resolve("model.safetensors"), "www");
        Files.delete(folder.resolve("config.json"));

        packed().layOut(cache);

        files.forEach((name, text) -> assertThat(folder.resolve(name)).hasContent(text));
        assertOnlyTheFilesIn(folder);
    }

    @Test
    void severalMayLayItOutAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Path>> folders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                folders.add(threads.submit(() -> packed().layOut(cache)));
            }
            for (Future<Path> folder : folders) {
                assertOnlyTheFilesIn(folder.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void saysWhatIsWrongWithThePackage() throws IOException {
        String sums = sums();
        files.put("model.safetensors", "damaged");
        assertThatThrownBy(() -> packed(sums).layOut(cache))
                .isInstanceOf(IOException.class)
                .hasMessage("the small model is damaged: model.safetensors has another SHA-256 than SHA256SUMS says");
        try (Stream<Path> left = Files.walk(cache)) {
            assertThat(left.map(path -> path.getFileName().toString())).noneMatch(name -> name.contains("safetensors"));
        }
        assertThatThrownBy(() -> packed(sums + "0".repeat(64) + "  lost.json\n").layOut(cache))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> packed("0".repeat(64) + "  ../evil\n")).hasMessageContaining("../evil");
        assertThatThrownBy(() -> PackedModel.read(name -> null)).hasMessageContaining("holds no weights");
    }

    @Test
    void isFoundByItsNameAndKeptInTheUsersCache() throws IOException {
        assertThat(BundledModel.named("tiny").orElseThrow()).isInstanceOf(TinyModel.class);
        assertThat(BundledModel.named("tony")).isEmpty();
        assertThat(TinyModel.cache(Map.of("XDG_CACHE_HOME", cache.toString(), "HOME", "/nowhere")))
                .isEqualTo(cache.resolve("florence4j"));
        assertThat(TinyModel.cache(Map.of("HOME", cache.toString()))).isEqualTo(cache.resolve(".cache/florence4j"));
        Path file = Files.createFile(cache.resolve("file"));
        assertThat(TinyModel.cache(Map.of("XDG_CACHE_HOME", file.toString())))
                .startsWithRaw(Path.of(System.getProperty("java.io.tmpdir")));
    }

    private void assertOnlyTheFilesIn(Path folder) throws IOException {
        try (Stream<Path> there = Files.list(folder)) {
            assertThat(there.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(files.keySet());
        }
    }

    private PackedModel packed() throws IOException {
        return packed(sums());
    }

    private PackedModel packed(String sums) throws IOException {
        return PackedModel.read(name -> {
            String text = name.equals(PackedModel.SUMS) ? sums : files.get(name);
            return text == null ? null : new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        });
    }

    private String sums() {
        StringBuilder lines = new StringBuilder();
        files.forEach((name, text) ->
                lines.append(sha256(text)).append("  ").append(name).append('\n'));
        return lines.toString();
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
