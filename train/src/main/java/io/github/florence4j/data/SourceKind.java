package io.github.florence4j.data;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The kinds of data that a {@link SourceSpec} can name, with their prompts and the options they know. */
public enum SourceKind {
    /** Parquet of DocumentVQA's columns, or others by mapping. */
    DOCVQA(
            "docvqa",
            "<DocVQA>{question}",
            "prompt",
            "sentences",
            "root",
            "id",
            "image",
            "question",
            "answers",
            "types"),
    /** The official DocVQA JSON. */
    DOCVQA_JSON("docvqa-json", "<DocVQA>{question}", "prompt", "sentences", "root"),
    /** The Cauldron: a folder of configs, or one config's folder or files. */
    CAULDRON("cauldron", "<VQA>{question}", "prompt", "sentences", "root", "configs", "questions", "several", "length"),
    /** Docmatix: a folder or files. */
    DOCMATIX("docmatix", "<DocVQA>{question}", "prompt", "sentences", "root", "questions", "several"),
    /** JSON lines with image, prefix and suffix. */
    JSONL("jsonl", "{question}", "prompt", "sentences", "root", "id", "image", "question", "answers", "types"),
    /** COCO boxes for object detection. */
    COCO("coco", "<OD>", "prompt", "images", "order", "empty"),
    /** COCO captions. */
    COCO_CAPTIONS("coco-captions", "<CAPTION>", "prompt", "sentences", "images"),
    /** A CSV file of questions. */
    CSV("csv", "<VQA>{question}", "prompt", "sentences", "root", "id", "image", "question", "answers", "types"),
    /** Pages drawn as they are read; the path is the level. */
    SYNTH(
            "synth",
            "",
            "count",
            "seed",
            "split",
            "size",
            "x-height",
            "fonts",
            "kinds",
            "effects",
            "colour",
            "scrambled",
            "tasks",
            "per-page"),
    /** A YAML or JSON list of sources with weights. */
    MIXTURE("mixture", "{question}", "length", "exhausted");

    private final String label;
    private final String template;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of cannot be changed
    private final Set<String> options;

    SourceKind(String label, String template, String... options) {
        this.label = label;
        this.template = template;
        this.options = Set.of(options);
    }

    /** The prompt unless {@code ?prompt=} says another. */
    public String template() {
        return template;
    }

    /** The keys of the options that this kind takes. */
    public Set<String> options() {
        return options;
    }

    /**
     * The kind of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static SourceKind of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown kind of data '" + label + "'; expected "
                        + Arrays.stream(values()).map(SourceKind::toString).collect(Collectors.joining(", "))));
    }

    /** The name in a {@link SourceSpec}. */
    @Override
    public String toString() {
        return label;
    }
}
