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

/** Puts questions to pages, batch after batch. A batch that fails is tried page by page, and other pages go on. */
final class BatchRunner {
    /** Tells answers that are known already. */
    @FunctionalInterface
    interface Known {
        /** Whether the answer to this prompt is known. */
        boolean knows(String file, int page, Prompt prompt);
    }

    /** One question on one page. */
    private record Asked(PageReader.Page page, Job job) {}

    private final Florence2 model;
    private final RunOptions options;
    private final List<Job> jobs;
    private final Known known;
    private final AnswerSink sink;
    private int failures;

    BatchRunner(Florence2 model, RunOptions options, List<Job> jobs, Known known, AnswerSink sink) {
        this.model = model;
        this.options = options;
        this.jobs = jobs;
        this.known = known;
        this.sink = sink;
    }

    /** Whether every answer of a page is known before its size is. */
    boolean skips(String file, int page) {
        return jobs.stream()
                .allMatch(job -> job.isSizeFree() && known.knows(file, page, job.prompt(1, 1, options.profile())));
    }

    /** All questions on all pages of a batch. */
    void run(List<PageReader.Page> pages) throws IOException {
        List<Asked> asked = new ArrayList<>();
        pages.forEach(page -> asked.addAll(open(page)));
        try {
            answer(asked, TextListener.NONE);
        } catch (RuntimeException | OutOfMemoryError e) {
            if (pages.size() == 1) {
                failed(pages.get(0), e);
            } else {
                for (PageReader.Page page : pages) {
                    run(List.of(page));
                }
            }
        }
        sink.flush();
    }

    /** The questions on a page one after the other, each written while it is being answered. */
    void stream(PageReader.Page page, TextSink text) throws IOException {
        for (Asked asked : open(page)) {
            try {
                Prompt prompt = prompt(page, asked.job());
                text.heading(page, prompt.task().token(), prompt.input());
                answer(List.of(asked), text.listener());
            } catch (RuntimeException | OutOfMemoryError e) {
                failed(page, e);
            }
            sink.flush();
        }
    }

    /** Tells that a page has no answer. */
    void failed(String file, int page, String sentence) {
        failures++;
        sink.failure(file, page, sentence);
    }

    /** The number of pages, or files, without an answer. */
    int failures() {
        return failures;
    }

    private void failed(PageReader.Page page, Throwable e) {
        String place = page.pages() > 1 ? page.file() + ", page " + page.page() : page.file();
        failed(page.file(), page.page(), place + ": " + Failures.sentence(e));
    }

    private List<Asked> open(PageReader.Page page) {
        return jobs.stream()
                .filter(job -> !known.knows(page.file(), page.page(), prompt(page, job)))
                .map(job -> new Asked(page, job))
                .toList();
    }

    private Prompt prompt(PageReader.Page page, Job job) {
        RgbImage image = page.image();
        return job.prompt(image.width(), image.height(), options.profile());
    }

    private void answer(List<Asked> asked, TextListener listener) throws IOException {
        List<Request<?>> requests = new ArrayList<>();
        asked.forEach(question -> requests.add(question.job().on(question.page().image())));
        List<List<Answer<?>>> answers = model.answers(requests, options, listener);
        for (int i = 0; i < asked.size(); i++) {
            Answer<?> answer = answers.get(i).get(0);
            sink.answer(asked.get(i).page(), asked.get(i).job(), answer);
        }
    }
}
