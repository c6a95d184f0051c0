package io.github.florence4j.cli;

import io.github.florence4j.metrics.Levenshtein;
import io.github.florence4j.task.InputKind;
import io.github.florence4j.task.Region;
import io.github.florence4j.task.Task;
import io.github.florence4j.task.TaskInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is asked: tasks with their texts and regions, and raw prompts. */
final class TaskOptions {
    /** So many wrong characters are taken for an error in the name of a known task. */
    private static final int TYPING_ERRORS = 2;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli injects it before the command is called
    private CommandSpec spec;

    @Option(
            names = {"-t", "--task"},
            paramLabel = "TASK",
            description =
                    "Task, as 'florence4j tasks' names them, or a token of one's own in <>, with or without --text:"
                            + " --task '<DocVQA>' --text 'What is the date?'; may be repeated.")
    private List<String> tasks = new ArrayList<>();

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "Text for the tasks that need one: a caption, a phrase; repeated for several.")
    private List<String> texts = new ArrayList<>();

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = "Region for the tasks that need one, repeated for several: x1,y1,x2,y2 in pixels,"
                    + " norm:x1,y1,x2,y2 in parts of the image, or <loc_1><loc_2><loc_3><loc_4>.")
    private List<String> regions = new ArrayList<>();

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "Prompt that is given to the model as it is, without a task; may be repeated.")
    private List<String> prompts = new ArrayList<>();

    /**
     * The questions, in the order of the command line: tasks first, then prompts.
     *
     * @param standard what is asked where nothing is; null for nothing
     */
    List<Job> jobs(@Nullable Task<?> standard) {
        try {
            List<Task<?>> asked = new ArrayList<>();
            tasks.forEach(task -> asked.add(task(task)));
            if (asked.isEmpty() && prompts.isEmpty() && standard != null) {
                asked.add(standard);
            }
            requireUse(asked);
            List<Job> jobs = new ArrayList<>();
            asked.stream().distinct().forEach(task -> addNumbered(jobs, task, inputs(task)));
            prompts.stream()
                    .distinct()
                    .forEach(prompt -> addNumbered(jobs, Task.custom(prompt), List.of(TaskInput.none())));
            return jobs;
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private Task<?> task(String name) {
        try {
            return Task.parse(name);
        } catch (IllegalArgumentException e) {
            boolean ownToken = name.startsWith("<") && name.endsWith(">") && name.length() > 2;
            if (ownToken && Task.values().stream().noneMatch(task -> isTypingError(name, task.token()))) {
                return Task.custom(name);
            }
            throw usage(e.getMessage() + (ownToken ? "; a token of your own that is so near may be a --prompt" : ""));
        }
    }

    private static boolean isTypingError(String name, String token) {
        return Levenshtein.ofCodePoints(name.toUpperCase(Locale.ROOT), token) <= TYPING_ERRORS;
    }

    private void requireUse(List<Task<?>> asked) {
        if (asked.isEmpty() && prompts.isEmpty()) {
            throw usage("nothing is asked: add --task or --prompt, for example --task CAPTION");
        }
        requireWords(texts, "--text is blank; expected a caption, a phrase or a question");
        requireWords(regions, "--region is blank; expected a region, for example --region 10,20,300,400");
        requireUse(asked, texts, InputKind.TEXT, "--text");
        requireUse(asked, regions, InputKind.REGION, "--region");
    }

    private void requireUse(List<Task<?>> asked, List<String> values, InputKind kind, String option) {
        if (!values.isEmpty() && asked.stream().noneMatch(task -> task.inputKind() == kind)) {
            throw usage(option + " is given, but none of the tasks takes it");
        }
    }

    private void requireWords(List<String> values, String otherwise) {
        if (values.stream().anyMatch(String::isBlank)) {
            throw usage(otherwise);
        }
    }

    private List<TaskInput> inputs(Task<?> task) {
        if (task.isCustom() && texts.isEmpty()) {
            return List.of(TaskInput.none());
        }
        return switch (task.inputKind()) {
            case NONE -> List.of(TaskInput.none());
            case TEXT -> phrases(task, required(task, texts, "a text: add --text, for example --text \"a green car\""));
            case REGION ->
                required(task, regions, "a region: add --region, for example --region 10,20,300,400").stream()
                        .map(region -> TaskInput.region(Region.parse(region)))
                        .toList();
        };
    }

    private static List<TaskInput> phrases(Task<?> task, List<String> values) {
        return task == Task.PHRASE_GROUNDING
                ? List.of(TaskInput.phrases(values))
                : values.stream().map(TaskInput::text).toList();
    }

    private List<String> required(Task<?> task, List<String> values, String what) {
        if (values.isEmpty()) {
            throw usage("the task " + task.token() + " needs " + what);
        }
        return values.stream().distinct().toList();
    }

    private static void addNumbered(List<Job> jobs, Task<?> task, List<TaskInput> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            String name = task.token().replaceAll("^<|>$", "").replaceAll("[^A-Za-z0-9_-]", "_");
            jobs.add(new Job(task, inputs.get(i), inputs.size() == 1 ? name : name + "-" + (i + 1)));
        }
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
