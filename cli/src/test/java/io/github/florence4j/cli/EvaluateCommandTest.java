package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code evaluate}: which rows it has, what it prints and leaves behind, and how it refuses. */
class EvaluateCommandTest {
    private static final String MODEL = Cli.fixture("tiny-transformers");

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void writeQuestions() throws IOException {
        data = folder.resolve("qa.jsonl");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            lines.add(line(Cli.fixture("images/coffee.png"), "<DocVQA>What is number " + i + "?", "number " + i));
        }
        Files.writeString(folder.resolve("broken.png"), "no image");
        lines.add(line("broken.png", "<DocVQA>What?", "nothing"));
        Files.write(data, lines);
    }

    @Test
    void comparesPromptsWithIntervalsAndPairedDifferences() throws IOException {
        Path output = folder.resolve("report");

        Cli.Outcome outcome = evaluate("--zero-shot", "--metric=anls", "--metric=cer", "--output", output.toString())
                .succeeded();

        List<String> lines = outcome.out().lines().toList();
        assertThat(lines.get(0))
                .containsSubsequence("checkpoint", "prompt", "anls", "cer", "samples", "rejected", "images/s");
        assertThat(lines.get(1))
                .startsWith("A  tiny-transformers  <DocVQA>{question}")
                .contains("4         1");
        assertThat(lines.get(2)).startsWith("B  tiny-transformers  <VQA>{question}");
        assertThat(lines.get(3)).startsWith("C  tiny-transformers  <REGION_TO_DESCRIPTIO");
        assertThat(lines.get(4)).isEmpty(); // the data's own prompt is that of row A
        assertThat(lines.get(5)).matches("B − A = \\S+ \\[\\S+, \\S+] anls.*");
        assertThat(lines.get(lines.size() - 1))
                .isEqualTo("Scores in hundredths, intervals of 95 %, 1000 resamples, seed 0; all samples.");
        assertThat(outcome.err()).contains("qa.jsonl:5 is left out: ").contains("broken.png");
        assertThat(Files.readString(output.resolve("report.html"))).startsWith("<!DOCTYPE html>");
        assertThat(Files.readAllLines(output.resolve("predictions.jsonl"))).hasSize(12);
    }

    @Test
    void comparesACheckpointWithABaselineOnTheSameDrawnSamples() {
        JsonNode json = evaluate(
                        "--baseline", Cli.fixture("tiny-microsoft"), "--limit=2", "--seed=9", "--json", "--quiet")
                .succeeded()
                .json()
                .get(0);

        assertThat(json.get("rows").findValuesAsText("model")).containsExactly("tiny-microsoft", "tiny-transformers");
        assertThat(json.get("limit").asInt()).isEqualTo(2);
        assertThat(json.get("seed").asInt()).isEqualTo(9);
        assertThat(json.at("/rows/0/metrics/anls/samples").asInt()
                        + json.at("/rows/0/rejected").asInt())
                .isEqualTo(2);
        assertThat(json.at("/differences/0/value").asDouble()).isZero(); // the same weights in two layouts
        assertThat(json.at("/settings/data").asText()).isEqualTo(data.toString());
    }

    @Test
    void refusesInOneSentence() throws IOException {
        Cli.run("evaluate", "-m", MODEL).failedWith(2, "--data is missing; for example --data");
        evaluate("--metric=anlss").failedWith(2, "unknown metric \"anlss\", expected one of anls, ");
        evaluate("--limit=0").failedWith(2, "the limit is 0 samples; expected 1 or more");
        evaluate("--gallery=some").failedWith(2, "--gallery is some; expected a number of samples, or all");
        evaluate("--prompt=<OD>{question}").failedWith(2, "cannot be asked: the task <OD> takes no input");
        evaluate("-q", "--metric=coco-map")
                .failedWith(1, "<DocVQA> is answered in words, which coco-map does not measure");
        evaluate("-q", "--adapter", folder.toString()).failedWith(1, "adapter_config.json");
        Cli.run("evaluate", "-m", MODEL, "-d", "jsonl:nowhere.jsonl").failedWith(1, "nowhere.jsonl");
        Files.writeString(folder.resolve("empty.jsonl"), "");
        Cli.run(
                        "evaluate",
                        "-q",
                        "-m",
                        MODEL,
                        "-d",
                        folder.resolve("empty.jsonl").toString())
                .failedWith(1, "there is no sample that can be used");
    }

    @Test
    void saysWhenAPromptLeavesTheQuestionOut() {
        assertThat(evaluate("--prompt=<CAPTION>").succeeded().err())
                .contains("the prompt '<CAPTION>' has no {question}");
    }

    private Cli.Outcome evaluate(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("evaluate", "-m", MODEL, "-d", data.toString(), "--num-beams=1", "--max-new-tokens=6"));
        arguments.addAll(List.of(more));
        return Cli.run(arguments.toArray(String[]::new));
    }

    private static String line(String image, String prompt, String answer) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        return json.put("image", image)
                .put("prefix", prompt)
                .put("suffix", answer)
                .toString();
    }
}
