package io.github.florence4j.cli;

import io.github.florence4j.Answer;
import io.github.florence4j.Florence2;
import io.github.florence4j.Request;
import io.github.florence4j.RunOptions;
import io.github.florence4j.TextListener;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.task.Prompt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Puts questions to pages, a limited number of prompts at a time. When several fail together, each is asked again on its
 * own, so that only those without an answer are lost.
 */
final class BatchRunner {
    /** Tells answers that are known already. */
    @FunctionalInterface
    interface Known {
        /** Whether the answer to this prompt is known. */
        boolean knows(String file, int page, Prompt prompt);
    }

    /** One question on one page. */
    private record Asked(PageReader.Page page, Job job) {}

    /** Prompts that are computed together for a batch of fewer pages. */
    private static final int LEAST_PROMPTS = 8;

    private static final int LONGEST_NAME = 40;

    private final Florence2 model;
    private final RunOptions options;
    private final List<Job> jobs;
    private final Known known;
    private final AnswerSink sink;
    private final int maxPrompts;
    private final AtomicInteger leftOut = new AtomicInteger();
    private int failures;
    private String undrawn = "";

    /**
     * A runner.
     *
     * @param batchSize pages that are computed together, and so at least that many prompts
     */
    BatchRunner(Florence2 model, RunOptions options, List<Job> jobs, Known known, AnswerSink sink, int batchSize) {
        this.model = model;
        this.options = options;
        this.jobs = jobs;
        this.known = known;
        this.sink = sink;
        this.maxPrompts = Math.max(batchSize, LEAST_PROMPTS);
    }

    /** Whether every answer of a page is known before its size is. */
    boolean skips(String file, int page) {
        boolean all = jobs.stream()
                .allMatch(job -> job.isSizeFree() && known.knows(file, page, job.prompt(1, 1, options.profile())));
        if (all) {
            leftOut.addAndGet(jobs.size());
        }
        return all;
    }

    /** The number of questions that were not asked because their answers are known. */
    int leftOut() {
        return leftOut.get();
    }

    /** All questions on all pages of a batch. */
    void run(List<PageReader.Page> pages) throws IOException {
        List<Asked> asked = new ArrayList<>();
        pages.forEach(page -> asked.addAll(open(page)));
        for (int from = 0; from < asked.size(); from += maxPrompts) {
            answer(asked.subList(from, Math.min(from + maxPrompts, asked.size())), TextListener.NONE);
        }
        sink.flush();
    }

    /** The questions on a page one after the other, each written while it is being answered. */
    void stream(PageReader.Page page, TextSink text) throws IOException {
        for (Asked asked : open(page)) {
            Prompt prompt = prompt(page, asked.job());
            text.heading(page, prompt.task().token(), prompt.input());
            answer(List.of(asked), text.listener());
            sink.flush();
        }
    }

    /** Tells that something is missing: the answer to a question, a page, a whole file. */
    void failed(String file, int page, String sentence) {
        failures++;
        sink.failure(file, page, sentence);
    }

    /** The number of failures that were told. */
    int failures() {
        return failures;
    }

    private void failed(Asked asked, Throwable e) {
        PageReader.Page page = asked.page();
        String question = jobs.size() > 1 ? ", " + shortened(asked.job().task().token()) : "";
        failed(page.file(), page.page(), place(page) + question + ": " + Failures.sentence(e));
    }

    private static String place(PageReader.Page page) {
        return page.pages() > 1 ? page.file() + ", page " + page.page() : page.file();
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME
                ? name
                : name.substring(0, LONGEST_NAME).stripTrailing() + "...";
    }

    private List<Asked> open(PageReader.Page page) {
        List<Asked> open = jobs.stream()
                .filter(job -> !known.knows(page.file(), page.page(), prompt(page, job)))
                .map(job -> new Asked(page, job))
                .toList();
        leftOut.addAndGet(jobs.size() - open.size());
        return open;
    }

    private Prompt prompt(PageReader.Page page, Job job) {
        RgbImage image = page.image();
        return job.prompt(image.width(), image.height(), options.profile());
    }

    private void answer(List<Asked> asked, TextListener listener) throws IOException {
        List<Request<?>> requests = new ArrayList<>();
        asked.forEach(question -> requests.add(question.job().on(question.page().image())));
        List<List<Answer<?>>> answers;
        try {
            answers = model.answers(requests, options, listener);
        } catch (RuntimeException | OutOfMemoryError e) {
            askAgain(asked, listener, e);
            return;
        }
        for (int i = 0; i < asked.size(); i++) {
            deliver(asked.get(i), answers.get(i).get(0));
        }
    }

    private void askAgain(List<Asked> asked, TextListener listener, Throwable e) throws IOException {
        if (asked.size() == 1) {
            failed(asked.get(0), e);
            return;
        }
        for (Asked question : asked) {
            answer(List.of(question), listener);
        }
    }

    /** Hands an answer on. What cannot be drawn is told once for each page, whose answers stand all the same. */
    private void deliver(Asked asked, Answer<?> answer) throws IOException {
        PageReader.Page page = asked.page();
        try {
            sink.answer(page, asked.job(), answer);
        } catch (OverlayFolder.NotDrawnException e) {
            if (!undrawn.equals(place(page))) {
                undrawn = place(page);
                failed(page.file(), page.page(), undrawn + ": " + e.getMessage());
            }
        }
    }
}
