package io.github.florence4j.task;

import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.result.Text;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A task of Florence-2: its token, its prompt and the type of its answer (specification, section 6). The fifteen tasks
 * of the published checkpoints are constants; fine-tuned ones are made by {@link #custom}.
 *
 * @param <R> what the task answers: {@link String}, {@link Detections}, {@link OcrRegions}, {@link Polygons} or
 *     {@link OpenVocabularyDetections}
 */
public final class Task<R> {
    /** A short caption. */
    public static final Task<String> CAPTION =
            words("CAPTION", "<CAPTION>", InputKind.NONE, "What does the image describe?", "a short caption");

    /** A caption in one or two sentences. */
    public static final Task<String> DETAILED_CAPTION = words(
            "DETAILED_CAPTION",
            "<DETAILED_CAPTION>",
            InputKind.NONE,
            "Describe in detail what is shown in the image.",
            "a caption in one or two sentences");

    /** A caption of a paragraph. */
    public static final Task<String> MORE_DETAILED_CAPTION = words(
            "MORE_DETAILED_CAPTION",
            "<MORE_DETAILED_CAPTION>",
            InputKind.NONE,
            "Describe with a paragraph what is shown in the image.",
            "a caption of a paragraph");

    /** The text in the image. */
    public static final Task<String> OCR =
            words("OCR", "<OCR>", InputKind.NONE, "What is the text in the image?", "the text in the image");

    /** The text in the image, line by line with its places. */
    public static final Task<OcrRegions> OCR_WITH_REGION = new Task<>(
            "OCR_WITH_REGION",
            "<OCR_WITH_REGION>",
            InputKind.NONE,
            "What is the text in the image, with regions?",
            ParserKind.OCR,
            OcrRegions.class,
            "the text in the image with its places");

    /** The objects of known categories. */
    public static final Task<Detections> OBJECT_DETECTION = new Task<>(
            "OBJECT_DETECTION",
            "<OD>",
            InputKind.NONE,
            "Locate the objects with category name in the image.",
            ParserKind.DESCRIPTION_WITH_BBOXES,
            Detections.class,
            "boxes of the objects, with category names");

    /** The parts of the image, each with a short description. */
    public static final Task<Detections> DENSE_REGION_CAPTION = new Task<>(
            "DENSE_REGION_CAPTION",
            "<DENSE_REGION_CAPTION>",
            InputKind.NONE,
            "Locate the objects in the image, with their descriptions.",
            ParserKind.DESCRIPTION_WITH_BBOXES,
            Detections.class,
            "boxes of the objects, with short descriptions");

    /** The parts of the image that hold something, without labels. */
    public static final Task<Detections> REGION_PROPOSAL = new Task<>(
            "REGION_PROPOSAL",
            "<REGION_PROPOSAL>",
            InputKind.NONE,
            "Locate the region proposals in the image.",
            ParserKind.BBOXES,
            Detections.class,
            "boxes that hold something, without labels");

    /** The places of a caption's phrases. */
    public static final Task<Detections> PHRASE_GROUNDING = new Task<>(
            "PHRASE_GROUNDING",
            "<CAPTION_TO_PHRASE_GROUNDING>",
            InputKind.TEXT,
            "Locate the phrases in the caption: {input}",
            ParserKind.PHRASE_GROUNDING,
            Detections.class,
            "boxes of the things that a caption names");

    /** The outline of what an expression refers to. */
    public static final Task<Polygons> REFERRING_SEGMENTATION = new Task<>(
            "REFERRING_SEGMENTATION",
            "<REFERRING_EXPRESSION_SEGMENTATION>",
            InputKind.TEXT,
            "Locate {input} in the image with mask",
            ParserKind.POLYGONS,
            Polygons.class,
            "the outline of what an expression refers to");

    /** The places of whatever is named. */
    public static final Task<OpenVocabularyDetections> OPEN_VOCABULARY_DETECTION = new Task<>(
            "OPEN_VOCABULARY_DETECTION",
            "<OPEN_VOCABULARY_DETECTION>",
            InputKind.TEXT,
            "Locate {input} in the image.",
            ParserKind.DESCRIPTION_WITH_BBOXES_OR_POLYGONS,
            OpenVocabularyDetections.class,
            "boxes or outlines of whatever is named");

    /** The outline of the thing in a region. */
    public static final Task<Polygons> REGION_TO_SEGMENTATION = new Task<>(
            "REGION_TO_SEGMENTATION",
            "<REGION_TO_SEGMENTATION>",
            InputKind.REGION,
            "What is the polygon mask of region {input}",
            ParserKind.POLYGONS,
            Polygons.class,
            "the outline of the thing in a region");

    /** The category of the thing in a region. */
    public static final Task<String> REGION_TO_CATEGORY = words(
            "REGION_TO_CATEGORY",
            "<REGION_TO_CATEGORY>",
            InputKind.REGION,
            "What is the region {input}?",
            "the category of the thing in a region");

    /** A description of a region. */
    public static final Task<String> REGION_TO_DESCRIPTION = words(
            "REGION_TO_DESCRIPTION",
            "<REGION_TO_DESCRIPTION>",
            InputKind.REGION,
            "What does the region {input} describe?",
            "a description of a region");

    /** The text in a region. */
    public static final Task<String> REGION_TO_OCR = words(
            "REGION_TO_OCR",
            "<REGION_TO_OCR>",
            InputKind.REGION,
            "What text is in the region {input}?",
            "the text in a region");

    private static final List<Task<?>> VALUES = List.of(
            CAPTION,
            DETAILED_CAPTION,
            MORE_DETAILED_CAPTION,
            OCR,
            OCR_WITH_REGION,
            OBJECT_DETECTION,
            DENSE_REGION_CAPTION,
            REGION_PROPOSAL,
            PHRASE_GROUNDING,
            REFERRING_SEGMENTATION,
            OPEN_VOCABULARY_DETECTION,
            REGION_TO_SEGMENTATION,
            REGION_TO_CATEGORY,
            REGION_TO_DESCRIPTION,
            REGION_TO_OCR);

    private final String name;
    private final String token;
    private final InputKind inputKind;
    private final String template;
    private final ParserKind parserKind;
    private final Class<R> resultType;
    private final String description;

    private Task(
            String name,
            String token,
            InputKind inputKind,
            String template,
            ParserKind parserKind,
            Class<R> resultType,
            String description) {
        this.name = name;
        this.token = token;
        this.inputKind = inputKind;
        this.template = template;
        this.parserKind = parserKind;
        this.resultType = resultType;
        this.description = description;
    }

    private static Task<String> words(
            String name, String token, InputKind inputKind, String template, String description) {
        return new Task<>(name, token, inputKind, template, ParserKind.PURE_TEXT, String.class, description);
    }

    /** The fifteen tasks of the published checkpoints. */
    public static List<Task<?>> values() {
        return VALUES;
    }

    /**
     * The task of this name: the token with or without angle brackets, or the constant's name, in any case, with hyphens
     * or underscores ({@code <OD>}, {@code od}, {@code object-detection}).
     *
     * @throws IllegalArgumentException if there is none; the message tells the nearest and all known names
     */
    public static Task<?> parse(String text) {
        return TaskNames.find(text);
    }

    /**
     * A task that answers in words to a token or a prompt of one's own: {@code <DocVQA>}, {@code <GENERATE_TAGS>}, or
     * any question. The prompt is the token followed directly by the input, if there is one.
     */
    public static Task<String> custom(String tokenOrPrompt) {
        return words("CUSTOM", tokenOrPrompt, InputKind.TEXT, tokenOrPrompt + "{input}", "a task of one's own");
    }

    /** The name of the constant; {@code CUSTOM} for a custom task. */
    public String name() {
        return name;
    }

    /** The task token, {@code <OD>}: the key of the result's JSON. */
    public String token() {
        return token;
    }

    /** What the task needs besides the image. A custom task may go without. */
    public InputKind inputKind() {
        return inputKind;
    }

    /** The prompt; <code>{input}</code> stands for the input. */
    public String template() {
        return template;
    }

    /** How the answer is written. */
    public ParserKind parserKind() {
        return parserKind;
    }

    /** The type of the answer. */
    public Class<R> resultType() {
        return resultType;
    }

    /** What the task gives, in a few words. */
    public String description() {
        return description;
    }

    /** Whether this task was made by {@link #custom}. */
    public boolean isCustom() {
        return name.equals("CUSTOM");
    }

    /**
     * The prompts for an input, one for each phrase or region. Phrases for {@link #PHRASE_GROUNDING} are joined into one
     * caption ({@code "a cat. a dog"}). Words given to a region task are read as {@link Region#parse} does.
     *
     * @param width width of the image in pixels, to place regions
     * @param height height of the image in pixels
     * @throws IllegalArgumentException if the task needs another kind of input
     */
    public List<Prompt> prompts(TaskInput input, int width, int height, Profile profile) {
        return Prompts.of(this, input, width, height, profile);
    }

    /** The answer as the task's own type. */
    public R resultOf(TaskResult result) {
        return resultType.cast(result instanceof Text words ? words.text() : result);
    }

    /** The inverse of {@link #resultOf}. */
    public TaskResult wrap(R result) {
        return result instanceof String words ? new Text(words) : (TaskResult) result;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Task<?> task && name.equals(task.name) && token.equals(task.token);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, token);
    }

    /** The token. */
    @Override
    public String toString() {
        return token;
    }

    /** The name as on the command line: {@code object-detection}. */
    public String commandName() {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
