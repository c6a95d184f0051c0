package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.testsupport.Fixtures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCheckCommandTest {
    @TempDir
    private Path folder;

    private Path train;
    private Path validation;
    private Path clean;

    @BeforeEach
    void writeData() throws IOException {
        for (String image : new String[] {"coffee.png", "rocket.jpg", "page.png"}) {
            Files.copy(Fixtures.path("images/" + image), folder.resolve(image));
        }
        Files.writeString(folder.resolve("broken.png"), "no picture");
        train = write(
                "train",
                line("coffee.png", "<VQA>what is it?", "a cup of coffee"),
                line("rocket.jpg", "<VQA>what is it?", "a rocket"),
                line("rocket.jpg", "<VQA>what is it?", "a rocket again"),
                line("broken.png", "<VQA>what is it?", "nothing"),
                line("gone.png", "<VQA>what is it?", "nothing"),
                line("page.png", "<VQA>" + "why ".repeat(300), "because"),
                "{\"prefix\": \"no image\"}");
        validation = write(
                "validation",
                line("rocket.jpg", "<VQA>what is it?", "a rocket"),
                line("coffee.png", "<VQA>who drinks it?", "nobody"));
        clean = write("clean", line("page.png", "<VQA>what is it?", "a page"));
    }

    @Test
    void countsAndNamesWhatItFinds() {
        JsonNode report = Cli.json(Cli.run(
                        "data",
                        "check",
                        "-q",
                        "--json",
                        "--threads",
                        "2",
                        "--model",
                        Cli.fixture("tiny-microsoft"),
                        "--validation",
                        validation.toString(),
                        train.toString())
                .succeeded()
                .out());
        assertThat(report.get("clean").asBoolean()).isFalse();
        JsonNode first = report.at("/sources/0");
        assertThat(first.get("samples").asInt()).isEqualTo(6);
        assertThat(first.get("distinct_images").asInt()).isEqualTo(3);
        assertThat(first.get("unit").asText()).isEqualTo("tokens");
        assertThat(first.get("max_prompt").asInt()).isEqualTo(256 - 10);
        assertThat(first.at("/prompt_lengths/total").asInt()).isEqualTo(6);
        assertThat(first.at("/rejected/count").asInt()).isEqualTo(1);
        assertThat(first.at("/unreadable_images/examples")).hasSize(2);
        assertThat(first.at("/long_prompts/count").asInt()).isEqualTo(1);
        assertThat(first.at("/repeated_questions/count").asInt()).isEqualTo(1);
        JsonNode second = report.at("/sources/1");
        assertThat(second.at("/shared_images/count").asInt()).isEqualTo(2);
        assertThat(second.at("/shared_questions/count").asInt()).isEqualTo(1);
    }

    @Test
    void findingsFailTheCommandOnlyWhenItIsStrict() {
        assertThat(Cli.run("data", "check", "-q", train.toString()).succeeded().out())
                .contains("prompt characters: min ", "images missing or corrupt: 2", "gone.png");
        assertThat(Cli.run("data", "check", "-q", "--strict", train.toString()).code())
                .isEqualTo(1);
        Cli.run("data", "check", "-q", "--strict", clean.toString()).succeeded();
        assertThat(Cli.run("data", "check", "--limit", "1", "--strict", train.toString())
                        .succeeded()
                        .err())
                .contains("train.jsonl");
    }

    @Test
    void drawsAContactSheet() throws IOException {
        Path sheet = folder.resolve("sheet.png");
        Cli.run("data", "check", "-q", "--contact-sheet", sheet.toString(), "--samples", "5", train.toString())
                .succeeded();
        BufferedImage picture = ImageIO.read(sheet.toFile());
        assertThat(picture.getWidth()).isEqualTo(4 * 380);
        assertThat(picture.getHeight()).as("two rows").isGreaterThan(700);
    }

    @Test
    void wrongCommandLinesAndMissingDataAreSaidInOneSentence() {
        Cli.run("data", "check", "-q", "nothing:" + train).failedWith(2, "unknown kind of data 'nothing'");
        Cli.run("data", "check", "-q", "--samples", "0", train.toString())
                .failedWith(2, "--samples is 0; expected 1 to 400");
        Cli.run("data", "check", "-q", "jsonl:" + folder.resolve("none.jsonl")).failedWith(1, "none.jsonl");
        Cli.run("data").failedWith(2, "no command is given: expected data check SOURCE");
    }

    private Path write(String name, String... lines) throws IOException {
        return Files.writeString(folder.resolve(name + ".jsonl"), String.join("\n", lines) + "\n");
    }

    private static String line(String image, String prefix, String suffix) {
        return "{\"image\": \"%s\", \"prefix\": \"%s\", \"suffix\": \"%s\"}".formatted(image, prefix, suffix);
    }
}
