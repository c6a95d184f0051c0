package io.github.florence4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The expected values are those of {@code huggingface_hub.constants} for the same environments. */
class HubSettingsTest {
    @Test
    void findsTheCacheAsHuggingfaceHubDoes() {
        assertThat(cache(Map.of("HOME", "/home/a"))).isEqualTo(Path.of("/home/a/.cache/huggingface/hub"));
        assertThat(cache(Map.of("HOME", "/home/a", "XDG_CACHE_HOME", "/x"))).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(cache(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h"))).isEqualTo(Path.of("/h/hub"));
        assertThat(cache(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "/c"))).isEqualTo(Path.of("/c"));
        assertThat(cache(Map.of("HUGGINGFACE_HUB_CACHE", "/old"))).isEqualTo(Path.of("/old"));
        assertThat(cache(Map.of("HOME", "/home/a", "HF_HOME", "~/hf"))).isEqualTo(Path.of("/home/a/hf/hub"));
        assertThat(cache(Map.of("DATA", "/d", "HF_HOME", "$DATA/${DATA}/$NONE")))
                .isEqualTo(Path.of("/d//d/$NONE/hub"));
        assertThat(cache(Map.of("HOME", "/home/a", "HF_HOME", "")))
                .isEqualTo(Path.of("/home/a/.cache/huggingface/hub"));
    }

    @Test
    void takesTheTokenFromTheEnvironmentElseFromItsFile(@TempDir Path home) throws IOException {
        Files.writeString(home.resolve("token"), "hf_file\n");
        Files.writeString(home.resolve("other"), "hf_other");
        String hf = home.toString();

        assertThat(settings(Map.of("HF_HOME", hf)).token()).hasValue("hf_file");
        assertThat(settings(Map.of("HF_HOME", hf, "HF_TOKEN", " hf_env ")).token())
                .hasValue("hf_env");
        assertThat(settings(Map.of("HF_HOME", hf, "HF_TOKEN_PATH", hf + "/other"))
                        .token())
                .hasValue("hf_other");
        assertThat(settings(Map.of("HF_HOME", hf + "/none")).token()).isEmpty();
    }

    @Test
    void readsOfflineAsHuggingfaceHubReadsTruth() {
        assertThat(settings(Map.of("HF_HUB_OFFLINE", "1")).offline()).isTrue();
        assertThat(settings(Map.of("HF_HUB_OFFLINE", "yes")).offline()).isTrue();
        assertThat(settings(Map.of("TRANSFORMERS_OFFLINE", "true")).offline()).isTrue();
        assertThat(settings(Map.of("HF_HUB_OFFLINE", "0")).offline()).isFalse();
        assertThat(settings(Map.of()).offline()).isFalse();
    }

    @Test
    void takesTheEndpointWithoutItsLastSlash() {
        assertThat(settings(Map.of()).endpoint()).hasToString("https://huggingface.co");
        assertThat(settings(Map.of("HF_ENDPOINT", "http://mirror:8080/hf/")).endpoint())
                .hasToString("http://mirror:8080/hf");
        assertThatThrownBy(() -> settings(Map.of("HF_ENDPOINT", "ftp://mirror")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'ftp://mirror'");
    }

    @Test
    void neverShowsTheToken() {
        assertThat(settings(Map.of("HF_TOKEN", "hf_secret")).toString()).doesNotContain("hf_secret");
        assertThatThrownBy(() -> settings(Map.of("HF_TOKEN", "hf_sec\nret")))
                .hasMessageContaining("HF_TOKEN")
                .message()
                .doesNotContain("hf_sec");
    }

    private static Path cache(Map<String, String> environment) {
        return settings(environment).cache();
    }

    private static HubSettings settings(Map<String, String> environment) {
        return HubSettings.fromEnvironment(environment);
    }
}
