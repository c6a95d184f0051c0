package io.github.florence4j.task;

import io.github.florence4j.text.UnicodeSpace;
import java.util.List;

/** Makes prompts, from a raw string as the reference processors do, or from a task and its typed input. */
public final class Prompts {
    /** The reference processors try the tokens in this order (specification, section 6). */
    private static final List<Task<?>> WITHOUT_INPUT = List.of(
            Task.OCR,
            Task.OCR_WITH_REGION,
            Task.CAPTION,
            Task.DETAILED_CAPTION,
            Task.MORE_DETAILED_CAPTION,
            Task.OBJECT_DETECTION,
            Task.DENSE_REGION_CAPTION,
            Task.REGION_PROPOSAL);

    private static final List<Task<?>> WITH_INPUT = List.of(
            Task.PHRASE_GROUNDING,
            Task.REFERRING_SEGMENTATION,
            Task.REGION_TO_SEGMENTATION,
            Task.OPEN_VOCABULARY_DETECTION,
            Task.REGION_TO_CATEGORY,
            Task.REGION_TO_DESCRIPTION,
            Task.REGION_TO_OCR);

    private Prompts() {}

    /**
     * The prompt of a string such as {@code <OD>} or {@code <OPEN_VOCABULARY_DETECTION>a green car}. A string without a
     * known token passes unchanged, as a custom task.
     *
     * @throws IllegalArgumentException if the token of a task without input does not stand alone
     */
    public static Prompt of(String tokenAndInput, Profile profile) {
        for (Task<?> task : WITHOUT_INPUT) {
            if (tokenAndInput.contains(task.token())) {
                requireAlone(task, tokenAndInput);
                return new Prompt(task, "", task.template());
            }
        }
        for (Task<?> task : WITH_INPUT) {
            if (tokenAndInput.contains(task.token())) {
                return filled(task, tokenAndInput.replace(task.token(), ""), profile);
            }
        }
        return custom(tokenAndInput);
    }

    static List<Prompt> of(Task<?> task, TaskInput input, int width, int height, Profile profile) {
        if (task.isCustom()) {
            return words(task, input).stream()
                    .map(text -> new Prompt(task, text, task.token() + text))
                    .toList();
        }
        return switch (task.inputKind()) {
            case NONE -> List.of(withoutInput(task, input));
            case TEXT ->
                words(task, input).stream()
                        .map(text -> filled(task, text, profile))
                        .toList();
            case REGION ->
                regions(task, input).stream()
                        .map(region -> filled(task, region.toLocTokens(width, height), profile))
                        .toList();
        };
    }

    private static void requireAlone(Task<?> task, String text) {
        if (!text.equals(task.token())) {
            throw new IllegalArgumentException(
                    "the task " + task.token() + " takes no input and must stand alone, found '" + text + "'");
        }
    }

    private static Prompt filled(Task<?> task, String input, Profile profile) {
        String text = profile.trimsInput() ? UnicodeSpace.strip(input) : input;
        return new Prompt(task, text, task.template().replace("{input}", text));
    }

    private static Prompt custom(String text) {
        int end = text.startsWith("<") ? text.indexOf('>') + 1 : 0;
        String token = end > 0 ? text.substring(0, end) : text;
        return new Prompt(Task.custom(token), text.substring(token.length()), text);
    }

    private static Prompt withoutInput(Task<?> task, TaskInput input) {
        if (!(input instanceof TaskInput.None)) {
            throw new IllegalArgumentException("the task " + task.token() + " takes no text and no region");
        }
        return new Prompt(task, "", task.template());
    }

    private static List<String> words(Task<?> task, TaskInput input) {
        if (input instanceof TaskInput.Phrases words) {
            return task == Task.PHRASE_GROUNDING ? List.of(String.join(". ", words.phrases())) : words.phrases();
        }
        if (task.isCustom() && input instanceof TaskInput.None) {
            return List.of("");
        }
        throw new IllegalArgumentException(
                "the task " + task.token() + " needs a text: what it is to look for, for example \"a green car\"");
    }

    private static List<Region> regions(Task<?> task, TaskInput input) {
        if (input instanceof TaskInput.Regions places) {
            return places.regions();
        }
        if (input instanceof TaskInput.Phrases words) {
            return words.phrases().stream().map(Region::parse).toList();
        }
        throw new IllegalArgumentException(
                "the task " + task.token() + " needs a region: x1,y1,x2,y2 in pixels, for example 10,20,300,400");
    }
}
