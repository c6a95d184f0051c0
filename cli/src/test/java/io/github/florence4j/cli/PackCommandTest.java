package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackCommandTest {
    @TempDir
    private Path folder;

    @Test
    void packedModelsAnswerAsTheirCheckpointInThatPrecision() throws IOException {
        Path packed = folder.resolve("packed");
        assertThat(Cli.run("pack", "-m", Cli.fixture("tiny-microsoft-bin"), "-o", packed.toString())
                        .succeeded()
                        .out())
                .isEqualTo(packed + System.lineSeparator());
        assertThat(answer(packed.toString()))
                .isEqualTo(answer(Cli.fixture("tiny-microsoft-bin"), "--precision", "int8"));
        assertThat(Cli.run("bench", "-m", packed.toString(), "--tokens", "8", "--runs", "1", "--json")
                        .succeeded()
                        .out())
                .contains("\"precision\":\"int8\"");
        Cli.run("inspect", packed.toString()).succeeded();
    }

    @Test
    void saysWhatAPackedModelIsNotFor() throws IOException {
        String packed = folder.resolve("packed").toString();
        Cli.run("pack", "-m", Cli.fixture("tiny-transformers"), "--precision", "bf16", "-o", packed)
                .succeeded();
        run(packed, "--precision", "fp32").failedWith(2, "--precision is fp32, but the model is packed for bf16");
        run(packed, "--precision", "int8").failedWith(1, "the model is packed for bf16 and can only be computed with");
        Path samples = folder.resolve("train.jsonl");
        Files.writeString(
                samples,
                "{\"image\": \"" + Fixtures.path("images/page.png") + "\", \"prefix\": \"a\", \"suffix\": \"b\"}\n");
        Cli.run(
                        "evaluate",
                        "--quiet",
                        "-m",
                        packed,
                        "--precision",
                        "fp32",
                        "-d",
                        "jsonl:" + samples,
                        "--metric",
                        "anls")
                .failedWith(2, "--precision is fp32, but the model is packed for bf16");
        String output = folder.resolve("tuned").toString();
        Cli.run("finetune", "--model", packed, "--train", "jsonl:" + samples, "--output", output, "--epochs", "1")
                .failedWith(1, packed + " is packed for bf16, which is for answering on the processor only");
        Cli.run("merge", "-m", packed, "-o", folder.resolve("merged").toString())
                .failedWith(1, "expected the checkpoint that it was made of");
        Cli.run("pack", "-m", Cli.fixture("tiny-transformers"), "-o", packed)
                .failedWith(1, "packed is there already; expected a new folder, or an empty one, for the packed model");
        Cli.run("pack", "-m", packed).failedWith(2, "--output=DIR");
    }

    private static Cli.Outcome run(String model, String... more) {
        Stream<String> first = Stream.of("run", "-m", model, "-t", "CAPTION", "--max-new-tokens", "8", "--json");
        return Cli.run(Stream.concat(Stream.concat(first, Stream.of(more)), Stream.of(Cli.fixture("images/coffee.png")))
                .toArray(String[]::new));
    }

    private static JsonNode answer(String model, String... more) {
        JsonNode json = run(model, more).succeeded().json().get(0);
        ((ObjectNode) json).remove("timings_ms");
        return json;
    }
}
