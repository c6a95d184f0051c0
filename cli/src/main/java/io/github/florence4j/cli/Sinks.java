package io.github.florence4j.cli;

import io.github.florence4j.Answer;
import java.io.IOException;
import java.util.List;

/**
 * Several sinks as one, and the error stream for failures.
 *
 * @param all the sinks; closed together
 * @param reporter where failures are told
 */
record Sinks(List<AnswerSink> all, Reporter reporter) implements AnswerSink {
    @Override
    public void answer(PageReader.Page page, Job job, Answer<?> answer) throws IOException {
        for (AnswerSink sink : all) {
            sink.answer(page, job, answer);
        }
    }

    @Override
    public void failure(String file, int page, String sentence) {
        reporter.failure(sentence);
        all.forEach(sink -> sink.failure(file, page, sentence));
    }

    @Override
    public void flush() throws IOException {
        for (AnswerSink sink : all) {
            sink.flush();
        }
    }

    @Override
    public void close() throws IOException {
        for (AnswerSink sink : all) {
            sink.close();
        }
    }
}
