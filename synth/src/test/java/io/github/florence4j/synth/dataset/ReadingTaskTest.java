package io.github.florence4j.synth.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.parse.OutputParser;
import io.github.florence4j.result.Box;
import io.github.florence4j.result.Detection;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.result.Text;
import io.github.florence4j.synth.Level;
import io.github.florence4j.synth.PageGenerator;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.dataset.ReadingTask.Example;
import io.github.florence4j.synth.page.Effects;
import io.github.florence4j.synth.page.Line;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.Part;
import io.github.florence4j.synth.page.Phrase;
import io.github.florence4j.synth.page.Strength;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Prompts;
import io.github.florence4j.text.LocationQuantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is written is read back with the parser for the model's answers. */
class ReadingTaskTest {
    private static final int WIDTH = 256;
    private static final int HEIGHT = 300;
    private static final double HALF_BIN = 0.5 * HEIGHT / LocationQuantizer.BINS + 1e-4;

    private final List<Page> pages = new ArrayList<>();

    ReadingTaskTest() {
        PageGenerator generator = new PageGenerator(PageSettings.DEFAULT.withEffects(Effects.all(Strength.STRONG)));
        for (int seed = 0; seed < 40; seed++) {
            pages.add(generator.page(seed, seed % 4 == 0 ? Level.LINES : Level.PAGE, WIDTH, HEIGHT));
        }
    }

    @Test
    void givesLinesWithTheirQuadsBack() {
        for (Page page : pages) {
            OcrRegions regions = (OcrRegions) parsed(ReadingTask.OCR_WITH_REGION, page);
            assertThat(regions.labels())
                    .isEqualTo(page.lines().stream().map(Line::text).toList());
            for (int i = 0; i < page.lines().size(); i++) {
                List<Point> written = page.lines().get(i).quad().points();
                List<Point> read = regions.items().get(i).quad().points();
                for (int p = 0; p < 4; p++) {
                    assertThat(read.get(p).x()).isCloseTo(written.get(p).x(), within(HALF_BIN));
                    assertThat(read.get(p).y()).isCloseTo(written.get(p).y(), within(HALF_BIN));
                }
            }
        }
    }

    @Test
    void givesThePartsOfTheLayoutBack() {
        for (Page page : pages) {
            Detections detections = (Detections) parsed(ReadingTask.LAYOUT, page);
            assertThat(detections.labels())
                    .isEqualTo(page.parts().stream()
                            .map(part -> part.kind().label())
                            .toList());
            assertSame(detections, page.parts().stream().map(Part::box).toList());
        }
    }

    @Test
    void givesThePhrasesOfTheCaptionBack() {
        for (Page page : pages) {
            Example example = ReadingTask.GROUNDING.examples(page, Rng.of(0)).get(0);
            assertThat(Prompts.of(example.prefix(), Profile.MICROSOFT).text())
                    .isEqualTo("Locate the phrases in the caption: " + page.caption());
            List<String> labels = new ArrayList<>();
            List<Box> boxes = new ArrayList<>();
            for (Phrase phrase : page.phrases()) {
                assertThat(page.caption()).contains(phrase.text());
                phrase.boxes().forEach(box -> labels.add(phrase.text()));
                boxes.addAll(phrase.boxes());
            }
            Detections detections = (Detections) parsed(ReadingTask.GROUNDING, page);
            assertThat(detections.labels()).isEqualTo(labels);
            assertSame(detections, boxes);
        }
    }

    @Test
    void saysEveryPlaceWhereWordsStand() {
        int several = 0;
        for (Page page : pages) {
            for (int seed = 0; seed < 10; seed++) {
                Example example =
                        ReadingTask.TEXT_GROUNDING.examples(page, Rng.of(seed)).get(0);
                String words = example.prefix()
                        .substring(ReadingTask.TEXT_GROUNDING.prefix().length());
                Detections found = (Detections) OutputParser.parse(
                                "</s><s>" + example.suffix() + "</s>",
                                ReadingTask.TEXT_GROUNDING.task(),
                                page.width(),
                                page.height(),
                                Profile.FLORENCE4J)
                        .result();
                assertThat(found.labels()).isNotEmpty().containsOnly(words);
                long times = page.lines().stream()
                        .mapToLong(line ->
                                (" " + line.text() + " ").split(Pattern.quote(" " + words + " "), -1).length - 1)
                        .sum();
                assertThat((long) found.items().size()).isGreaterThanOrEqualTo(times);
                several += times > 1 ? 1 : 0;
                assertThat(found.items()).anySatisfy(item -> assertThat(page.lines())
                        .anySatisfy(line -> assertThat(line.box().x1())
                                .isLessThan(item.box().x2())));
            }
        }
        assertThat(several).isPositive();
    }

    @Test
    void asksForALineByTheTokensOfItsBox() {
        for (Page page : pages) {
            Example example =
                    ReadingTask.REGION_TO_OCR.examples(page, Rng.of(3)).get(0);
            assertThat(Prompts.of(example.prefix(), Profile.MICROSOFT).text())
                    .matches("What text is in the region (<loc_\\d{1,3}>){4}\\?");
            LocationQuantizer quantizer = new LocationQuantizer(WIDTH, HEIGHT);
            assertThat(page.lines()).anySatisfy(line -> {
                assertThat(example.suffix()).isEqualTo(line.text());
                assertThat(example.prefix())
                        .isEqualTo("<REGION_TO_OCR>" + LocationQuantizer.tokens(quantizer.quantize(line.box())));
            });
        }
    }

    @Test
    void givesTextAndCaptionLetterForLetter() {
        for (Page page : pages) {
            assertThat(parsed(ReadingTask.OCR, page)).isEqualTo(new Text(page.text()));
            assertThat(parsed(ReadingTask.CAPTION, page)).isEqualTo(new Text(page.caption()));
        }
    }

    private static TaskResult parsed(ReadingTask task, Page page) {
        String answer = task.examples(page, Rng.of(0)).get(0).suffix();
        return OutputParser.parse(
                        "</s><s>" + answer + "</s>", task.task(), page.width(), page.height(), Profile.FLORENCE4J)
                .result();
    }

    private static void assertSame(Detections detections, List<Box> boxes) {
        List<Box> read = detections.items().stream().map(Detection::box).toList();
        assertThat(read).hasSameSizeAs(boxes);
        for (int i = 0; i < boxes.size(); i++) {
            assertThat(read.get(i).x1()).isCloseTo(boxes.get(i).x1(), within(HALF_BIN));
            assertThat(read.get(i).y1()).isCloseTo(boxes.get(i).y1(), within(HALF_BIN));
            assertThat(read.get(i).x2()).isCloseTo(boxes.get(i).x2(), within(HALF_BIN));
            assertThat(read.get(i).y2()).isCloseTo(boxes.get(i).y2(), within(HALF_BIN));
        }
    }
}
