package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every failure is one sentence on the error stream and an exit code: 2 for the command line, 1 for the rest. */
class FailuresTest {
    private static final String MODEL = Cli.fixture("tiny-transformers");
    private static final String COFFEE = Cli.fixture("images/coffee.png");

    @TempDir
    private Path folder;

    @Test
    void tellsWhatIsWrongOnTheCommandLine() {
        Cli.run().failedWith(2, "no command is given");
        Cli.run("paint").failedWith(2, "paint");
        Cli.run("run", "-m", MODEL, "-t", "OD").failedWith(2, "FILE");
        Cli.run("merge", "-o", "x").failedWith(2, "no model is given: add --model");
        Cli.run("run", "-m", MODEL, COFFEE).failedWith(2, "nothing is asked");
        Cli.run("run", "-m", MODEL, "-t", "OE", COFFEE).failedWith(2, "unknown task 'OE': did you mean <OD>?");
        Cli.run("run", "-m", MODEL, "-t", "<OE>", COFFEE).failedWith(2, "unknown task '<OE>'");
        Cli.run("run", "-m", MODEL, "-t", "<DETAILD_CAPTION>", COFFEE).failedWith(2, "did you mean <DETAILED_CAPTION>");
        Cli.run("run", "-m", MODEL, "-t", "<ocrs>", "--text=a", COFFEE).failedWith(2, "did you mean <OCR>");
        Cli.run("run", "-m", MODEL, "-t", "CAPTION_TO_PHRASE_GROUNDING", "--text= ", COFFEE)
                .failedWith(2, "--text is blank");
        Cli.run("run", "-m", MODEL, "-t", "REGION_TO_OCR", "--region=", COFFEE).failedWith(2, "--region is blank");
        Cli.run("run", "-m", MODEL, "-t", "CAPTION_TO_PHRASE_GROUNDING", COFFEE).failedWith(2, "needs a text");
        Cli.run("run", "-m", MODEL, "-t", "REGION_TO_OCR", COFFEE).failedWith(2, "needs a region");
        Cli.run("run", "-m", MODEL, "-t", "REGION_TO_OCR", "--region=1,2", COFFEE)
                .failedWith(2, "1,2");
        Cli.run("run", "-m", MODEL, "-t", "OD", "--text=a", COFFEE).failedWith(2, "none of the tasks takes it");
        Cli.run("run", "-m", MODEL, "-t", "OD", "--num-beams=0", COFFEE).failedWith(2, "num_beams is 0");
        Cli.run("run", "-m", MODEL, "-t", "OD", "--num-beams=x", COFFEE).failedWith(2, "--num-beams");
        Cli.run("run", "-m", MODEL, "-t", "OD", "--seed=1", COFFEE).failedWith(2, "need --do-sample");
        Cli.run("run", "-m", MODEL, "-t", "OD", "--batch-size=0", COFFEE).failedWith(2, "--batch-size is 0");
        Cli.run("run", "-m", MODEL, "-t", "OD", "--profile=x", COFFEE).failedWith(2, "unknown profile 'x'");
        Cli.run("run", "-m", MODEL, "-t", "OD", "--dpi=0", COFFEE).failedWith(2, "dpi");
        Cli.run("pull", "not-an-id").failedWith(2, "'not-an-id' is not a hub id");
    }

    @Test
    void tellsWhenThereIsNoModel() throws IOException {
        String empty = folder.resolve("empty").toString();
        Files.createDirectory(Path.of(empty));

        Cli.run("run", "-m", "no such folder", "-t", "OD", COFFEE).failedWith(1, "neither a directory nor a hub id");
        Cli.run("run", "-m", empty, "-t", "OD", COFFEE).failedWith(1, "config.json");
        Cli.run("inspect", empty).failedWith(1, "config.json");
        Cli.run("tokenize", "-m", empty, "a").failedWith(1, "tokenizer");
    }

    @Test
    void tellsWhenWeightsAreCutOff() throws IOException {
        Path copy = copyOfModel();
        try (FileChannel weights = FileChannel.open(copy.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
            weights.truncate(weights.size() / 2);
        }

        Cli.Outcome outcome =
                Cli.run("run", "-m", copy.toString(), "-t", "OD", COFFEE).failedWith(1, "model.safetensors");

        assertThat(outcome.err().lines()).hasSize(1);
    }

    @Test
    void tellsWhenWeightsAreNotNumbers() throws IOException {
        Path copy = copyOfModel();
        try (FileChannel weights = FileChannel.open(
                copy.resolve("model.safetensors"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            weights.read(length, 0);
            ByteBuffer nan = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            nan.putFloat(0, Float.NaN);
            weights.write(nan, 8 + length.getLong(0) + 4000);
        }

        Cli.Outcome outcome = Cli.run("run", "-m", copy.toString(), "-t", "OD", COFFEE);

        outcome.failedWith(1, "holds infinite values or NaN");
        assertThat(outcome.err().lines()).hasSize(1);
    }

    @Test
    void tellsThatMemoryIsShort() {
        assertThat(List.of(
                        new OutOfMemoryError("Java heap space"),
                        new RuntimeException("not enough memory: 1"),
                        new RuntimeException("std::bad_alloc"),
                        new RuntimeException("unable to mmap 9 bytes: Cannot allocate memory (12)"),
                        new RuntimeException("CUDA out of memory")))
                .allSatisfy(failure -> assertThat(Failures.sentence(failure)).startsWith("out of memory: "));
    }

    @Test
    void showsTheStackTraceOnRequest() {
        assertThat(Cli.run("inspect", "--verbose", folder.toString()).err()).contains("\tat io.github.florence4j");
    }

    @Test
    void looksAtOptionsAndInputsBeforeTheModel() {
        String none = folder.resolve("no model").toString();

        Cli.run("run", "-m", none, "-t", "OD", "--profile=x", COFFEE).failedWith(2, "unknown profile 'x'");
        Cli.run("run", "-m", none, "-t", "OD", "--num-beams=0", COFFEE).failedWith(2, "num_beams is 0");
        Cli.run("run", "-m", none, "-t", "OD", "--num-beams=2", "--num-return-sequences=3", COFFEE)
                .failedWith(2, "num_return_sequences is 3");
        Cli.run("run", "-m", none, "-t", "OD", "--seed=1", COFFEE).failedWith(2, "need --do-sample");
        Cli.run("run", "-m", none, "-t", "OD", folder.toString()).failedWith(1, "no images in the folder");
        Cli.run("run", "-m", none, "-t", "OD", "missing.png").failedWith(1, "missing.png: there is no such file");
    }

    @Test
    void namesTheArgumentThatGivesNoFiles() {
        String glob = folder.resolve("*.gif").toString();
        String invalid = folder.resolve("a[.png").toString();
        String[] run = {"run", "-q", "--max-new-tokens=4", "-m", MODEL, "-t", "<GENERATE_TAGS>", "--json"};

        assertErrors(Cli.run(with(run, glob, invalid)), glob, invalid);
        Cli.Outcome outcome = Cli.run(with(run, glob, invalid, COFFEE));
        assertErrors(outcome, glob, invalid);
        assertThat(outcome.json())
                .filteredOn(line -> line.has("result"))
                .extracting(line -> line.get("prompt").asText())
                .containsExactly("<GENERATE_TAGS>");
    }

    private static void assertErrors(Cli.Outcome outcome, String glob, String invalid) {
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.json())
                .filteredOn(line -> line.has("error"))
                .extracting(line -> line.get("image").asText(), line -> line.get("error")
                        .asText())
                .containsExactly(
                        tuple(glob, "no file matches " + glob), tuple(invalid, invalid + ": there is no such file"));
    }

    private static String[] with(String[] run, String... files) {
        return Stream.concat(Stream.of(run), Stream.of(files)).toArray(String[]::new);
    }

    private Path copyOfModel() throws IOException {
        Path copy = Files.createDirectory(folder.resolve("model"));
        try (Stream<Path> files = Files.list(Fixtures.path("tiny-transformers"))) {
            for (Path file : files.toList()) {
                Files.write(copy.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        return copy;
    }
}
