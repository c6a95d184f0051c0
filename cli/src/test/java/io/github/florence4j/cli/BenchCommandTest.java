package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
    private static final String MODEL = Cli.fixture("tiny-transformers");

    @Test
    void printsOneObjectWithTheAgreedFields() {
        Cli.Outcome result = Cli.run(
                "bench",
                "--model",
                MODEL,
                "--precision",
                "int8",
                "--num-beams",
                "2",
                "--tokens",
                "8",
                "--batch-size",
                "2",
                "--runs",
                "1",
                "--json");
        assertThat(result.code()).isZero();
        JsonNode json = Cli.json(result.out());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "precision",
                        "beams",
                        "tokens",
                        "batch",
                        "load_s",
                        "vision_s",
                        "generate_s",
                        "step_s",
                        "images_per_s",
                        "rss_gb");
        assertThat(json.get("precision").asText()).isEqualTo("int8");
        assertThat(json.get("batch").asInt()).isEqualTo(2);
        assertThat(json.get("generate_s").asDouble())
                .isGreaterThan(json.get("vision_s").asDouble());
        assertThat(json.get("images_per_s").asDouble()).isPositive();
    }

    @Test
    void theTableTellsTheSharesOfWhatTheMachineCanDo() {
        Cli.Outcome result = Cli.run("bench", "--model", MODEL, "--num-beams=1", "--tokens=8", "--runs=1");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .containsPattern("vision, of products +\\d+% [0-9.]+ of [0-9.]+ GFLOP/s")
                .containsPattern("step, of reading +\\d+% [0-9.]+ of [0-9.]+ GB/s");
    }

    /** The model is small, and so are its images: work counted for large ones would be more than the machine can do. */
    @Test
    void theShareIsOfTheWorkThatImagesOfTheModelsSizeAre() {
        Cli.Outcome result = Cli.run("bench", "--model", "tiny", "--num-beams=1", "--tokens=8", "--runs=1");
        assertThat(result.code()).isZero();
        Matcher share = Pattern.compile("vision, of products +(\\d+)%").matcher(result.out());
        assertThat(share.find()).isTrue();
        assertThat(Integer.parseInt(share.group(1))).isBetween(1, 100);
    }

    @Test
    void aTaskThatNeedsARegionIsRefused() {
        Cli.Outcome result = Cli.run("bench", "--model", MODEL, "--task", "REGION_TO_CATEGORY");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("expected a task without input");
    }
}
