package io.github.florence4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.text.Florence2Tokenizer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCheckTest {
    private static ImageRef png(int number) {
        return ImageRef.ofBytes(TestData.png(number), number + ".png");
    }

    @Test
    void findsWhatIsBadLongOrTwice() throws IOException {
        List<Entry> train = new ArrayList<>(TestData.samples(6));
        train.add(new Sample("again", png(2), ((Sample) train.get(2)).prompt(), List.of("x")));
        train.add(new Sample("other question", png(2), "why", List.of("x", "y"), List.of("layout")));
        train.add(new Sample("missing", ImageRef.ofFile(Path.of("nowhere.png")), "why", List.of("x")));
        train.add(new Sample("corrupt", ImageRef.ofBytes(new byte[] {1, 2, 3}, "c.png"), "why", List.of("x")));
        train.add(new Sample("long", png(4), "why " + "word ".repeat(80), List.of("word ".repeat(90))));
        train.add(new Sample("unanswered", png(5), "why", List.of()));
        train.add(new RejectedSample("bad", "the row has no image"));
        List<Sample> validation = List.of(
                new Sample("v1", png(3), "a new question", List.of("x")),
                new Sample("v2", png(2), "why", List.of("x")),
                new Sample("v3", png(77), "why", List.of("x")));
        try (Florence2Tokenizer tokenizer = TestData.tokenizer()) {
            List<Long> read = new ArrayList<>();
            DataCheck check = new DataCheck(new SampleEncoder(tokenizer, TestData.ENCODING), 2);
            DataReport report = check.run(new ListSource("train", train), Long.MAX_VALUE, read::add);
            assertThat(read).hasSize(13).endsWith(13L);
            assertThat(report.samples()).isEqualTo(12);
            assertThat(report.images()).isEqualTo(6);
            assertThat(report.widths().toString()).isEqualTo("min 8, 5% 8, median 8, 95% 8, max 8, mean 8.0");
            assertThat(report.rejected().examples()).containsExactly("bad: the row has no image");
            assertThat(report.unreadable().examples())
                    .satisfiesExactly(
                            missing -> assertThat(missing).isEqualTo("missing: nowhere.png: there is no such file"),
                            corrupt -> assertThat(corrupt).startsWith("corrupt: c.png: this is no image"));
            assertThat(report.longPrompts().examples()).containsExactly("long: 84 tokens");
            assertThat(report.longAnswers().examples()).containsExactly("long: 93 tokens");
            assertThat(report.withoutAnswer().examples()).containsExactly("unanswered");
            assertThat(report.duplicates().examples()).containsExactly("again repeats p2");
            assertThat(report.tags()).containsEntry("layout", 1L);
            assertThat(report.clean()).isFalse();
            DataReport second = check.run(new ListSource("validation", validation), Long.MAX_VALUE, read::add);
            assertThat(second.sharedImages().examples())
                    .containsExactly("v1 has the image of p3", "v2 has the image of p2");
            assertThat(second.sharedQuestions().examples()).containsExactly("v2 is other question");
            assertThat(second.duplicates().count()).isZero();
            assertThat(report.text()).contains("images missing or corrupt: 2\n  missing: nowhere.png");
        }
    }

    @Test
    void countsCharactersWithoutATokenizer() throws IOException {
        List<Sample> samples = List.of(
                new Sample("a", png(1), "<OD>", List.of("caf\u00e9 \uD83D\uDE80")),
                new Sample("b", png(2), "<OD>extra", List.of("x")));
        DataReport report = new DataCheck(1).run(new ListSource("train", samples), 2, read -> {});
        assertThat(report.promptLengths().max())
                .isEqualTo("Locate the objects with category name in the image.".length());
        assertThat(report.answerLengths().counts()).containsOnlyKeys(6);
        assertThat(report.samples()).isEqualTo(1);
        assertThat(report.rejected().examples()).singleElement().asString().startsWith("b: ");
        assertThat(report.text()).contains("prompt characters: min", "answer characters: min");
    }

    @Test
    void histogramsKnowTheirQuantiles() {
        Histogram histogram = new Histogram();
        for (int i = 1; i <= 100; i++) {
            histogram.add(i);
        }
        assertThat(histogram.toString()).isEqualTo("min 1, 5% 5, median 50, 95% 95, max 100, mean 50.5");
        assertThat(histogram.above(90)).isEqualTo(10);
        assertThat(histogram.bars(4).lines()).hasSize(4).allSatisfy(line -> assertThat(line)
                .contains("       25 ####"));
        assertThat(new Histogram().bars(3)).isEmpty();
    }

    @Test
    void drawsAContactSheet(@TempDir Path folder) throws IOException {
        List<Sample> samples = List.of(
                new Sample(
                        "49153",
                        ImageRef.ofFile(Fixtures.path("images/page.png")),
                        "<DocVQA>What is the heading of this page?",
                        List.of("Region-based segmentation", "region based segmentation")),
                new Sample(
                        "7",
                        ImageRef.ofFile(Fixtures.path("images/rocket.jpg")),
                        "<CAPTION>",
                        List.of(
                                "A rocket stands on its launch pad at dusk, lit by floodlights from all sides, while lightning towers rise beside it and the sea is seen behind; the sky is dark blue, and nobody is near. This caption is far too long for its place.")),
                new Sample(
                        "coffee",
                        ImageRef.ofFile(Fixtures.path("images/coffee.png")),
                        "<OD>",
                        List.of("cup<loc_100><loc_200><loc_700><loc_800>spoon<loc_600><loc_300><loc_900><loc_500>")),
                new Sample("lost", ImageRef.ofFile(Path.of("documents/lost.png")), "<VQA>Where is it?", List.of()),
                new Sample("5", png(5), "<VQA>Which colour?", List.of("mauve")));
        BufferedImage sheet = ContactSheet.draw(samples);
        Path file = folder.resolve("sheet.png");
        ContactSheet.write(sheet, file);
        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(4 * 380);
        assertThat(folder.toFile().list()).containsExactly("sheet.png");
        assertThat(ink(sheet, 0, 300)).as("text below the first picture").isGreaterThan(500);
        BufferedImage drawn = ContactSheet.of(new ListSource("s", samples), 1, 2);
        assertThat(drawn.getHeight()).isEqualTo(sheet.getHeight() / 2);
    }

    private static int ink(BufferedImage sheet, int left, int top) {
        int ink = 0;
        for (int y = top; y < top + 120; y++) {
            for (int x = left; x < left + 380; x++) {
                ink += (sheet.getRGB(x, y) & 0xFF) < 128 || (sheet.getRGB(x, y) >> 16 & 0xFF) < 128 ? 1 : 0;
            }
        }
        return ink;
    }
}
