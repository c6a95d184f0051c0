package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SynthCommandTest {
    @TempDir
    private Path temp;

    @Test
    void writesADataSetAndSaysWhatIsInIt() {
        Path set = temp.resolve("set");
        Cli.Outcome outcome = Cli.run(
                "synth",
                "--out=" + set,
                "--documents=4",
                "--seed=3",
                "--kind=receipt,list",
                "--size=208x240",
                "--tasks=ocr,region-to-ocr",
                "--font=sans,handwriting",
                "--noise=none",
                "--skew=strong",
                "--quiet");
        assertThat(outcome.succeeded().out().lines().toList())
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).matches("train: 4 documents, \\d+ questions, 8 examples of reading"),
                        line -> assertThat(line).matches("test: 1 documents, \\d+ questions, 2 examples of reading"));
        assertThat(set.resolve("train-00000-of-00001.parquet")).exists();
        assertThat(set.resolve("test/test-000000.png")).exists();
    }

    @Test
    void drawsAContactSheet() throws IOException {
        Path sheet = temp.resolve("sheet.png");
        Cli.run("synth", "--contact-sheet=" + sheet, "--documents=3", "--kind=letter", "--boxes")
                .succeeded();
        assertThat(ImageIO.read(sheet.toFile()).getWidth()).isGreaterThan(3 * 256);
        assertThat(Files.list(temp)).containsExactly(sheet);
    }

    @Test
    void refusesWhatItCannotDoInOneSentence() {
        Cli.run("synth").failedWith(2, "nothing to write: give --out DIR or --contact-sheet FILE");
        Cli.run("synth", "--out=" + temp.resolve("a"), "--size=big").failedWith(2, "--size is a width such as 256");
        Cli.run("synth", "--out=" + temp.resolve("a"), "--kind=poster").failedWith(2, "poster");
        Cli.run("synth", "--out=" + temp.resolve("a"), "--size=90", "--quiet")
                .failedWith(1, "a canvas of 90 x 90 pixels is too small");
        assertThat(temp.resolve("a")).doesNotExist();
    }
}
