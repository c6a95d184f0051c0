package io.github.florence4j.synth.dataset;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Quad;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.page.Line;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.Part;
import io.github.florence4j.synth.page.Phrase;
import io.github.florence4j.synth.page.Word;
import io.github.florence4j.task.Task;
import io.github.florence4j.text.LocationQuantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A task of reading, for which a page gives prompts and answers in Florence-2's own notation: places are location tokens by
 * Microsoft's quantiser, labels stand before their places, nothing stands between items.
 */
public enum ReadingTask {
    /** All text; rows are lines. */
    OCR(Task.OCR) {
        @Override
        public List<Example> examples(Page page, Rng rng) {
            return List.of(new Example(prefix(), page.text()));
        }
    },
    /** All text, each line with its quad. */
    OCR_WITH_REGION(Task.OCR_WITH_REGION) {
        @Override
        public List<Example> examples(Page page, Rng rng) {
            StringBuilder answer = new StringBuilder();
            for (Line line : page.lines()) {
                answer.append(line.text()).append(tokens(page, line.quad()));
            }
            return List.of(new Example(prefix(), answer.toString()));
        }
    },
    /** The parts of the layout in reading order, each with its box. */
    LAYOUT(Task.OBJECT_DETECTION) {
        @Override
        public List<Example> examples(Page page, Rng rng) {
            StringBuilder answer = new StringBuilder();
            for (Part part : page.parts()) {
                answer.append(part.kind().label()).append(tokens(page, part.box()));
            }
            return List.of(new Example(prefix(), answer.toString()));
        }
    },
    /** One sentence about the page. */
    CAPTION(Task.CAPTION) {
        @Override
        public List<Example> examples(Page page, Rng rng) {
            return List.of(new Example(prefix(), page.caption()));
        }
    },
    /** The text of one line, drawn for each page, that is given by its box. */
    REGION_TO_OCR(Task.REGION_TO_OCR) {
        @Override
        public List<Example> examples(Page page, Rng rng) {
            Line line = rng.pick(page.lines());
            return List.of(new Example(prefix() + tokens(page, line.box()), line.text()));
        }
    },
    /** The phrases of the caption, each with its boxes. */
    GROUNDING(Task.PHRASE_GROUNDING) {
        @Override
        public List<Example> examples(Page page, Rng rng) {
            StringBuilder answer = new StringBuilder();
            for (Phrase phrase : page.phrases()) {
                answer.append(phrase.text());
                phrase.boxes().forEach(box -> answer.append(tokens(page, box)));
            }
            return List.of(new Example(prefix() + page.caption(), answer.toString()));
        }
    },
    /** One to three words of the page, drawn for each page, and every place where they stand. */
    TEXT_GROUNDING(Task.PHRASE_GROUNDING) {
        @Override
        public List<Example> examples(Page page, Rng rng) {
            List<Word> words = rng.pick(page.lines()).words();
            int count = rng.between(1, Math.min(MOST_WORDS, words.size()));
            int first = rng.between(0, words.size() - count);
            List<String> wanted = texts(words.subList(first, first + count));
            StringBuilder answer = new StringBuilder(String.join(" ", wanted));
            for (Line line : page.lines()) {
                for (int i = 0; i + count <= line.words().size(); i++) {
                    List<Word> found = line.words().subList(i, i + count);
                    if (texts(found).equals(wanted)) {
                        answer.append(tokens(page, around(found)));
                    }
                }
            }
            return List.of(new Example(prefix() + String.join(" ", wanted), answer.toString()));
        }
    };

    private static final int MOST_WORDS = 3;

    /**
     * A prompt and its answer.
     *
     * @param prefix the task's token and what belongs to it
     * @param suffix what the model is to write
     */
    public record Example(String prefix, String suffix) {}

    private final Task<?> task;

    ReadingTask(Task<?> task) {
        this.task = task;
    }

    /** The name as on the command line: {@code ocr-with-region}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The task of Florence-2. */
    public Task<?> task() {
        return task;
    }

    /** The token that prompts begin with: {@code <OD>}. */
    public String prefix() {
        return task.token();
    }

    /** The examples that a page gives, at least one; what must be chosen is drawn from {@code rng}. */
    public abstract List<Example> examples(Page page, Rng rng);

    /** All examples of several tasks. */
    public static List<Example> all(List<ReadingTask> tasks, Page page, Rng rng) {
        List<Example> examples = new ArrayList<>();
        tasks.forEach(task -> examples.addAll(task.examples(page, rng)));
        return examples;
    }

    private static List<String> texts(List<Word> words) {
        return words.stream().map(Word::text).toList();
    }

    private static Box around(List<Word> words) {
        return words.stream()
                .map(Word::box)
                .reduce((a, b) -> new Box(
                        Math.min(a.x1(), b.x1()),
                        Math.min(a.y1(), b.y1()),
                        Math.max(a.x2(), b.x2()),
                        Math.max(a.y2(), b.y2())))
                .orElseThrow();
    }

    private static String tokens(Page page, Box box) {
        return LocationQuantizer.tokens(new LocationQuantizer(page.width(), page.height()).quantize(box));
    }

    private static String tokens(Page page, Quad quad) {
        return LocationQuantizer.tokens(new LocationQuantizer(page.width(), page.height()).quantize(quad));
    }
}
