package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.testsupport.Fixtures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code run --json} against the sequences that transformers generated (generation.json). */
class GoldenRunTest {
    private final JsonNode golden = Fixtures.json("generation.json");

    @ParameterizedTest
    @CsvSource({
        "transformers, beam3, --batch-size=1",
        "transformers, beam5_penalty2, --batch-size=3 --num-beams=5 --length-penalty=2",
        "transformers, beam3_return3, --batch-size=2 --num-return-sequences=3",
        "transformers, greedy_default_processors, --batch-size=3 --num-beams=1",
        "microsoft, beam3, --batch-size=3",
        "microsoft, greedy_default_processors, --batch-size=1 --num-beams=1"
    })
    void printsTheIdsAndScoresOfTheReference(String layout, String name, String options) {
        List<String> arguments = new ArrayList<>(List.of("run", "--json", "-m", Cli.fixture("tiny-" + layout)));
        arguments.addAll(Arrays.asList(options.split(" ")));
        arguments.add("--max-new-tokens="
                + (goldenCase(layout, name, 0).at("/sequences/0").size() - 1));
        golden.get("prompts").forEach(prompt -> arguments.addAll(List.of("--prompt", prompt.asText())));
        golden.get("images").forEach(image -> arguments.add(Cli.fixture("images/" + image.asText())));

        List<JsonNode> lines =
                Cli.run(arguments.toArray(String[]::new)).succeeded().json();

        assertThat(lines).hasSize(9);
        for (int row = 0; row < 3; row++) {
            JsonNode line = lines.get(row * 3 + row); // image by image, prompt by prompt
            JsonNode expected = goldenCase(layout, name, row);
            assertAnswer(line, expected, 0);
            assertThat(line.get("image").asText())
                    .endsWith(golden.at("/images/" + row).asText());
            assertThat(line.get("prompt")).isEqualTo(golden.at("/prompts/" + row));
            assertThat(line.path("alternatives").size())
                    .isEqualTo(expected.get("sequences").size() - 1);
            for (int i = 1; i < expected.get("sequences").size(); i++) {
                assertAnswer(line.at("/alternatives/" + (i - 1)), expected, i);
            }
        }
    }

    private static void assertAnswer(JsonNode line, JsonNode expected, int sequence) {
        assertThat(line.get("token_ids")).isEqualTo(expected.at("/sequences/" + sequence));
        assertThat(line.get("text")).isEqualTo(expected.at("/text/" + sequence));
        JsonNode scores = expected.path("transition_scores").path(sequence);
        assertThat(line.get("token_scores").size())
                .isEqualTo(line.get("token_ids").size() - 1);
        for (int i = 0; i < scores.size(); i++) {
            assertThat(line.at("/token_scores/" + i).asDouble())
                    .isCloseTo(scores.get(i).asDouble(), within(1e-3));
        }
        JsonNode score = expected.path("sequences_scores").path(sequence);
        if (!score.isMissingNode()) {
            assertThat(line.get("score").asDouble()).isCloseTo(score.asDouble(), within(1e-3));
        }
    }

    private JsonNode goldenCase(String layout, String name, int row) {
        for (JsonNode one : golden.get("cases")) {
            if (one.get("layout").asText().equals(layout)
                    && one.get("name").asText().equals(name)
                    && one.get("rows").size() == 1
                    && one.at("/rows/0").asInt() == row) {
                return one;
            }
        }
        throw new AssertionError("no case " + layout + " " + name + " " + row);
    }
}
