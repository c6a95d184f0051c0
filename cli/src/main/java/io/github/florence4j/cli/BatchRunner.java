package io.github.florence4j.cli;

import io.github.florence4j.Answer;
import io.github.florence4j.Florence2;
import io.github.florence4j.Outcome;
import io.github.florence4j.Request;
import io.github.florence4j.RunOptions;
import io.github.florence4j.TextListener;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.task.Prompt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Puts questions to pages, a limited number of prompts at a time, and hands on the answers in the order of the pages. */
final class BatchRunner {
    /** Tells answers that are known already. */
    @FunctionalInterface
    interface Known {
        /** Whether the answer to this prompt is known. */
        boolean knows(String file, int page, Prompt prompt);
    }

    /** What came out of the reader, and the questions on it. */
    private record Asked(PageReader.Item item, List<Job> jobs) {
        List<Request<?>> requests() {
            if (!(item instanceof PageReader.Page page)) {
                return List.of();
            }
            List<Request<?>> requests = new ArrayList<>();
            jobs.forEach(job -> requests.add(job.on(page.image())));
            return requests;
        }
    }

    /** Prompts that are computed together where one page has many. */
    private static final int LEAST_PROMPTS = 8;

    private static final int LONGEST_NAME = 40;

    private final Florence2 model;
    private final RunOptions options;
    private final List<Job> jobs;
    private final Known known;
    private final AnswerSink sink;
    private final RunOptions together;
    private final AtomicInteger leftOut = new AtomicInteger();
    private int failures;
    private String undrawn = "";

    /**
     * A runner.
     *
     * @param batchSize pages that are computed together
     */
    BatchRunner(Florence2 model, RunOptions options, List<Job> jobs, Known known, AnswerSink sink, int batchSize) {
        this.model = model;
        this.options = options;
        this.jobs = jobs;
        this.known = known;
        this.sink = sink;
        this.together = options.withAtOnce(Math.max(batchSize, Math.min(LEAST_PROMPTS, batchSize * jobs.size())));
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

    /**
     * All questions on all pages, with what cannot be read, in their order.
     *
     * @param files told when a file was done
     */
    void run(PageReader reader, Runnable files) throws IOException, InterruptedException {
        Deque<Asked> asked = new ArrayDeque<>();
        try {
            model.answerAll(new Questions(reader, asked), together, outcomes -> {
                try {
                    handOn(asked.remove(), outcomes, files);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (CancellationException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(e.getMessage());
            }
            throw e;
        }
    }

    /** What comes out of the reader, as requests; nothing is asked of what is no page. */
    private final class Questions implements Iterator<List<Request<?>>> {
        private final PageReader reader;
        private final Deque<Asked> asked;
        private PageReader.@Nullable Item next;

        Questions(PageReader reader, Deque<Asked> asked) {
            this.reader = reader;
            this.asked = asked;
        }

        @Override
        public boolean hasNext() {
            return !(item() instanceof PageReader.End);
        }

        @Override
        public List<Request<?>> next() {
            PageReader.Item item = item();
            next = null;
            Asked questions = new Asked(item, item instanceof PageReader.Page page ? open(page) : List.of());
            asked.add(questions);
            return questions.requests();
        }

        private PageReader.Item item() {
            try {
                if (next == null) {
                    next = reader.next();
                }
                return next;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("the request was interrupted");
            }
        }
    }

    private void handOn(Asked asked, List<Outcome> outcomes, Runnable files) throws IOException {
        if (asked.item() instanceof PageReader.Unreadable bad) {
            failed(bad.file(), bad.page(), bad.sentence());
        } else if (asked.item() instanceof PageReader.EndOfFile) {
            files.run();
        } else if (asked.item() instanceof PageReader.Page page) {
            for (int i = 0; i < outcomes.size(); i++) {
                handOn(page, asked.jobs().get(i), outcomes.get(i));
            }
            sink.flush();
        }
    }

    private void handOn(PageReader.Page page, Job job, Outcome outcome) throws IOException {
        if (outcome.failure().isPresent()) {
            failed(page, job, outcome.failure().get());
        } else {
            deliver(page, job, outcome.answers().get(0));
        }
    }

    /** The questions on a page one after the other, each written while it is being answered. */
    void stream(PageReader.Page page, TextSink text) throws IOException {
        for (Job job : open(page)) {
            Prompt prompt = prompt(page, job);
            text.heading(page, prompt.task().token(), prompt.input());
            answer(page, job, text.listener());
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

    private void failed(PageReader.Page page, Job job, Throwable e) {
        String question = jobs.size() > 1 ? ", " + shortened(job.task().token()) : "";
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

    private List<Job> open(PageReader.Page page) {
        List<Job> open = jobs.stream()
                .filter(job -> !known.knows(page.file(), page.page(), prompt(page, job)))
                .toList();
        leftOut.addAndGet(jobs.size() - open.size());
        return open;
    }

    private Prompt prompt(PageReader.Page page, Job job) {
        RgbImage image = page.image();
        return job.prompt(image.width(), image.height(), options.profile());
    }

    private void answer(PageReader.Page page, Job job, TextListener listener) throws IOException {
        Answer<?> answer;
        try {
            answer = model.answers(List.of(job.on(page.image())), together, listener)
                    .get(0)
                    .get(0);
        } catch (RuntimeException | OutOfMemoryError e) {
            failed(page, job, e);
            return;
        }
        deliver(page, job, answer);
    }

    /** Hands an answer on. What cannot be drawn is told once for each page, whose answers stand all the same. */
    private void deliver(PageReader.Page page, Job job, Answer<?> answer) throws IOException {
        try {
            sink.answer(page, job, answer);
        } catch (OverlayFolder.NotDrawnException e) {
            if (!undrawn.equals(place(page))) {
                undrawn = place(page);
                failed(page.file(), page.page(), undrawn + ": " + e.getMessage());
            }
        }
    }
}
