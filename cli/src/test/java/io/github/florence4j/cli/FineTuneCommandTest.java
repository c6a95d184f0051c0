package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.finetune.ConfigKey;
import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FineTuneCommandTest {
    private static final int SIGTERM_EXIT = 143;

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void writeQuestions() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            lines.append(String.format(
                    "{\"id\":\"q%d\",\"image\":\"%s\",\"prefix\":\"<DocVQA>Which number?\",\"suffix\":\"%d\"}%n",
                    i, Fixtures.path("images").resolve("page.png"), i));
        }
        data = Files.writeString(folder.resolve("questions.jsonl"), lines.toString());
    }

    @Test
    void everyKeyOfTheConfigurationIsAFlagWithItsMeaning() {
        String help = Cli.run("finetune", "--help").succeeded().out();

        String words = help.replaceAll("\\s+", " ");
        for (ConfigKey key : ConfigKey.all()) {
            assertThat(words).contains("--" + key.name() + "=" + key.setting().label());
        }
        assertThat(words).contains("Highest learning rate. Default: 1.0E-6.");
    }

    @Test
    void aRunGivesACheckpointThatAnswersAndItsFileGivesTheSameRunAgain() throws IOException {
        Path first = folder.resolve("first");
        Cli.run(command(first, "--freeze", "vision_tower", "projector", "--max-steps", "2"))
                .succeeded();

        assertThat(first.resolve("README.md")).content().contains("| steps | 2 of 2 |");
        String page = Fixtures.path("images").resolve("page.png").toString();
        Cli.run(
                        "run",
                        "-m",
                        first.toString(),
                        "-t",
                        "<DocVQA>",
                        "--text",
                        "Which number?",
                        "--max-new-tokens",
                        "4",
                        page)
                .succeeded();

        Path second = folder.resolve("second");
        Cli.run("finetune", "--config", first.resolve("finetune.yaml").toString(), "-o", second.toString())
                .succeeded();
        assertThat(second.resolve("model.safetensors")).hasSameBinaryContentAs(first.resolve("model.safetensors"));
    }

    @Test
    void stagesFollowEachOtherAndDoneOnesAreNotRepeated() throws IOException {
        Path recipe = Files.writeString(
                folder.resolve("stages.yaml"),
                """
                model: %s
                data: {train: "jsonl:%s"}
                training: {batch-size: 2, max-steps: 1}
                stages:
                  - name: one
                  - name: two
                    training: {max-steps: 2}
                """
                        .formatted(Cli.fixture("tiny-transformers"), data));
        String output = folder.resolve("out").toString();

        Cli.run("finetune", "--config", recipe.toString(), "-o", output).succeeded();
        assertThat(folder.resolve("out/two/model.safetensors")).exists();
        assertThat(Files.readString(folder.resolve("out/two/README.md"))).contains("out/one");
        assertThat(Cli.run("finetune", "--config", recipe.toString(), "-o", output, "--resume")
                        .succeeded()
                        .err())
                .contains("one is done already")
                .contains("two is done already");
    }

    @Test
    void mistakesAreOneSentenceAndExitCodeTwo() {
        Cli.run("finetune", "-o", "x", "--train", "jsonl:a").failedWith(2, "no model is given");
        Cli.run(command(folder.resolve("x"), "--epochs", "none"))
                .failedWith(2, "epochs is none; expected a whole number");
        Cli.run("finetune", "--config", folder.resolve("no.yaml").toString()).failedWith(1, "there is no such file");
        Cli.run(
                        "finetune",
                        "-m",
                        Cli.fixture("tiny-transformers"),
                        "-o",
                        folder.resolve("x").toString(),
                        "--train",
                        "jsonl:nowhere.jsonl")
                .failedWith(1, "nowhere.jsonl");
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void sigtermSavesACheckpointAndResumingGoesOnFromIt() throws Exception {
        Path output = folder.resolve("stopped");
        Process process = start(command(output, "--epochs", "2000", "--save-every", "off"));
        Path log = output.resolve("metrics.jsonl");
        while (!Files.exists(log) || Files.size(log) == 0) {
            assertThat(process.isAlive()).as(() -> said(output)).isTrue();
            Thread.sleep(10);
        }
        process.destroy();

        assertThat(process.waitFor()).as(() -> said(output)).isEqualTo(SIGTERM_EXIT);
        assertThat(said(output)).contains("stopping").contains("--resume goes on from there");
        long step;
        try (Stream<Path> steps = Files.list(output.resolve("checkpoints"))) {
            step = Long.parseLong(
                    steps.filter(path -> path.getFileName().toString().startsWith("step-"))
                            .findFirst()
                            .orElseThrow()
                            .getFileName()
                            .toString()
                            .substring("step-".length()));
        }
        String next = Long.toString(step + 1);
        Cli.run(command(output, "--epochs", "2000", "--save-every", "off", "--resume", "--max-steps", next))
                .succeeded();
        assertThat(Files.readAllLines(log)).hasSize((int) step + 1);
    }

    private String[] command(Path output, String... more) {
        return Stream.concat(
                        Stream.of(
                                "finetune",
                                "-m",
                                Cli.fixture("tiny-transformers"),
                                "--train",
                                "jsonl:" + data,
                                "-o",
                                output.toString(),
                                "--batch-size",
                                "2"),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    private static Process start(String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path output = Path.of(arguments[List.of(arguments).indexOf("-o") + 1]);
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of(java, "-Xmx512m", Main.class.getName()), Stream.of(arguments))
                        .toList());
        builder.environment()
                .put(
                        "CLASSPATH",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        return builder.redirectErrorStream(true)
                .redirectOutput(output.resolveSibling("log.txt").toFile())
                .start();
    }

    private static String said(Path output) {
        try {
            return Files.readString(output.resolveSibling("log.txt"));
        } catch (IOException e) {
            return "nothing";
        }
    }
}
