package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.testsupport.Fixtures;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that need no image. */
class CommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void parsesAsTransformersDoes() {
        StringBuilder lines = new StringBuilder();
        List<JsonNode> expected = new ArrayList<>();
        for (JsonNode fixture : Fixtures.json("parsers.json")) {
            if (!fixture.get("expected").has("error")) {
                ObjectNode line = ((ObjectNode) fixture.deepCopy()).without(List.of("expected"));
                lines.append(line).append('\n');
                expected.add(JSON.createObjectNode().set("result", fixture.get("expected")));
            }
        }

        Cli.Outcome outcome = Cli.runWithInput(lines.toString(), "parse", "--profile=transformers");

        assertThat(expected).hasSizeGreaterThan(100);
        assertThat(outcome.succeeded().json()).isEqualTo(expected);
    }

    @Test
    void answersBadLinesInTheirPlaces() {
        String good = "{\"task\": \"CAPTION\", \"text\": \"</s><s>a cup</s>\", \"image_size\": [1, 1]}";
        String input =
                String.join("\n", "{", "[]", good, good.replace("[1, 1]", "[0, 1]"), good.replace("CAPTION", "X"));

        Cli.Outcome outcome = Cli.runWithInput(input, "parse");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.json()).extracting(line -> line.has("error")).containsExactly(true, true, false, true, true);
        assertThat(outcome.json().get(2).at("/result/<CAPTION>").asText()).isEqualTo("a cup");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-transformers", "tiny-microsoft"})
    void tokenizesAsTheReferenceDoesAndBack(String model) {
        List<String> arguments = new ArrayList<>(List.of("tokenize", "-m", Cli.fixture(model), "--"));
        StringBuilder ids = new StringBuilder();
        List<JsonNode> expected = new ArrayList<>();
        List<JsonNode> decoded = new ArrayList<>();
        for (JsonNode fixture : Fixtures.json("tokenizer.json")) {
            arguments.add(fixture.get("text").asText());
            ids.append(fixture.get("ids")).append('\n');
            expected.add(fixture.get("ids"));
            decoded.add(fixture.get("decoded"));
        }

        assertThat(Cli.run(arguments.toArray(String[]::new)).succeeded().json()).isEqualTo(expected);
        assertThat(Cli.runWithInput(ids.toString(), "tokenize", "-m", Cli.fixture(model), "--decode")
                        .succeeded()
                        .json())
                .isEqualTo(decoded);
    }

    @Test
    void tokenizesLinesWithoutSpecialTokensAndRefusesWhatAreNoIds() {
        String model = Cli.fixture("tiny-microsoft");

        assertThat(Cli.runWithInput("hello\n\n", "tokenize", "-m", model, "--no-special-tokens")
                        .out()
                        .lines())
                .containsExactly("[42891]", "[]");
        Cli.Outcome decoded = Cli.runWithInput(
                "[0,42891,2]\n[0,-1]\nhello\n", "tokenize", "-m", model, "--decode", "--no-special-tokens");
        assertThat(decoded.code()).isEqualTo(1);
        assertThat(decoded.json().get(0).asText()).isEqualTo("hello");
        assertThat(decoded.json().subList(1, 3)).allMatch(line -> line.has("error"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"transformers", "microsoft"})
    void inspectsACheckpoint(String layout) {
        JsonNode json = Cli.json(Cli.run("inspect", "--json", Cli.fixture("tiny-" + layout))
                .succeeded()
                .out());

        assertThat(json.get("layout").asText()).isEqualTo(layout);
        assertThat(json.at("/config/text_config/d_model").asInt()).isEqualTo(32);
        assertThat(json.at("/parameters/vision_tower").asLong()).isEqualTo(740_224);
        assertThat(json.at("/parameters/total").asLong()).isEqualTo(layout.equals("microsoft") ? 2_451_424 : 2_452_672);
        assertThat(json.at("/bytes/float32").asLong()).isGreaterThan(9_000_000);
        assertThat(json.at("/report/fits").asBoolean()).isTrue();
        assertThat(json.get("tied")).isNotEmpty();
        assertThat(Cli.run("inspect", Cli.fixture("tiny-" + layout)).succeeded().out())
                .contains("layout", layout, "740,224");
    }

    @Test
    void listsAllTasks() {
        assertThat(Cli.json(Cli.run("tasks", "--json").succeeded().out())).hasSize(15);
        assertThat(Cli.run("tasks").succeeded().out().lines())
                .hasSize(16)
                .anyMatch(line -> line.matches("<OD> +object-detection +- +detections +boxes of the objects.*"));
    }

    @Test
    void tellsItsVersionAndShowsHelpWithExamples() {
        assertThat(Cli.run("version").succeeded().out())
                .startsWith("florence4j 0.")
                .contains("libtorch");
        assertThat(Cli.run("--version").succeeded().out())
                .isEqualTo(Cli.run("version").out());
        for (String command :
                List.of("run", "tasks", "inspect", "pull", "tokenize", "parse", "merge", "data", "data check")) {
            assertThat(Cli.run((command + " --help").split(" ")).succeeded().out())
                    .startsWith("Usage: florence4j " + command)
                    .containsPattern("Examples?:");
        }
    }
}
