package io.github.florence4j.data;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What {@link DataCheck} found in one source. The object belongs to one thread while the check runs; then it no longer
 * changes.
 */
public final class DataReport {
    private static final int BARS = 12;

    private final String name;
    private final String unit;
    private final int maxPrompt;
    private final int maxAnswer;
    private final Histogram promptLengths = new Histogram();
    private final Histogram answerLengths = new Histogram();
    private final Histogram answersPerSample = new Histogram();
    private final Histogram widths = new Histogram();
    private final Histogram heights = new Histogram();
    private final Map<String, Long> tags = new TreeMap<>();
    private final Findings rejected = new Findings();
    private final Findings unreadable = new Findings();
    private final Findings longPrompts = new Findings();
    private final Findings longAnswers = new Findings();
    private final Findings withoutAnswer = new Findings();
    private final Findings duplicates = new Findings();
    private final Findings sharedImages = new Findings();
    private final Findings sharedQuestions = new Findings();
    private long samples;
    private long images;

    DataReport(String name, String unit, int maxPrompt, int maxAnswer) {
        this.name = name;
        this.unit = unit;
        this.maxPrompt = maxPrompt;
        this.maxAnswer = maxAnswer;
    }

    void sample(Sample sample) {
        samples++;
        answersPerSample.add(sample.answers().size());
        sample.tags().forEach(tag -> tags.merge(tag, 1L, Long::sum));
        if (sample.answers().isEmpty()) {
            withoutAnswer.add(sample.id());
        }
    }

    void prompt(Sample sample, int length) {
        promptLengths.add(length);
        if (length > maxPrompt) {
            longPrompts.add(sample.id() + ": " + length + " " + unit);
        }
    }

    void answer(Sample sample, int length) {
        answerLengths.add(length);
        if (length > maxAnswer) {
            longAnswers.add(sample.id() + ": " + length + " " + unit);
        }
    }

    void distinctImage(int width, int height) {
        images++;
        widths.add(width);
        heights.add(height);
    }

    /** What the source is called. */
    public String name() {
        return name;
    }

    /** The number of samples, those with unreadable images included and rejected records not. */
    public long samples() {
        return samples;
    }

    /** The number of distinct readable images, by the content of their files. */
    public long images() {
        return images;
    }

    /** What lengths are counted in: tokens, {@code <s>} and {@code </s>} included, or characters. */
    public String unit() {
        return unit;
    }

    /** The longest prompt that there is room for; {@link Integer#MAX_VALUE} when no limit is known. */
    public int maxPrompt() {
        return maxPrompt;
    }

    /** The longest answer that there is room for; {@link Integer#MAX_VALUE} when no limit is known. */
    public int maxAnswer() {
        return maxAnswer;
    }

    /** Lengths of prompts, as the model reads them, in {@link #unit}. */
    public Histogram promptLengths() {
        return promptLengths;
    }

    /** Lengths of first answers in {@link #unit}. */
    public Histogram answerLengths() {
        return answerLengths;
    }

    /** Numbers of accepted answers. */
    public Histogram answersPerSample() {
        return answersPerSample;
    }

    /** Widths of the distinct images in pixels. */
    public Histogram widths() {
        return widths;
    }

    /** Heights of the distinct images in pixels. */
    public Histogram heights() {
        return heights;
    }

    /** How often each tag occurs, by tag. */
    public Map<String, Long> tags() {
        return Map.copyOf(tags);
    }

    /** Records that cannot be used, with the reason. */
    public Findings rejected() {
        return rejected;
    }

    /** Samples whose image is missing or corrupt, with the reason. */
    public Findings unreadable() {
        return unreadable;
    }

    /** Samples whose prompt is longer than the room. */
    public Findings longPrompts() {
        return longPrompts;
    }

    /** Samples whose first answer is over the limit. */
    public Findings longAnswers() {
        return longAnswers;
    }

    /** Samples without an answer. */
    public Findings withoutAnswer() {
        return withoutAnswer;
    }

    /** Samples with the image and the prompt of an earlier one. */
    public Findings duplicates() {
        return duplicates;
    }

    /** Samples whose image is also in the source compared with. */
    public Findings sharedImages() {
        return sharedImages;
    }

    /** Samples whose image and prompt together are also in the source compared with. */
    public Findings sharedQuestions() {
        return sharedQuestions;
    }

    /** Whether nothing was found that would be left out, cut, or counted twice. */
    public boolean clean() {
        return Set.of(rejected, unreadable, longPrompts, longAnswers, withoutAnswer, duplicates, sharedImages).stream()
                .allMatch(findings -> findings.count() == 0);
    }

    /** The report for a terminal. */
    public String text() {
        StringBuilder text = new StringBuilder();
        line(text, "%s: %d samples, %d distinct images", name, samples, images);
        line(text, "prompt %s%s: %s", unit, limit(" (room for %d)", maxPrompt), promptLengths);
        text.append(promptLengths.bars(BARS));
        line(text, "answer %s%s: %s", unit, limit(" (limit %d)", maxAnswer), answerLengths);
        text.append(answerLengths.bars(BARS));
        line(text, "answers per sample: %s", answersPerSample);
        line(text, "image width: %s", widths);
        line(text, "image height: %s", heights);
        if (!tags.isEmpty()) {
            line(text, "tags: %s", tags);
        }
        findings(text, "records rejected", rejected);
        findings(text, "images missing or corrupt", unreadable);
        findings(text, "prompts longer than the room", longPrompts);
        findings(text, "answers over the limit", longAnswers);
        findings(text, "samples without an answer", withoutAnswer);
        findings(text, "repeated questions (same image and prompt)", duplicates);
        findings(text, "samples whose image is also in the other source", sharedImages);
        findings(text, "samples whose image and prompt are also in the other source", sharedQuestions);
        return text.toString();
    }

    private static void findings(StringBuilder text, String what, Findings findings) {
        line(text, "%s: %d", what, findings.count());
        findings.examples().forEach(example -> line(text, "  %s", example));
        long more = findings.count() - findings.examples().size();
        if (more > 0) {
            line(text, "  and %d more", more);
        }
    }

    private static String limit(String format, int limit) {
        return limit == Integer.MAX_VALUE ? "" : String.format(Locale.ROOT, format, limit);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
