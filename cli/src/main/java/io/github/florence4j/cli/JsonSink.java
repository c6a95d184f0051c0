package io.github.florence4j.cli;

import io.github.florence4j.Answer;
import java.io.IOException;
import java.io.PrintWriter;

/** One JSON object a line on the output stream. */
final class JsonSink implements AnswerSink {
    private final PrintWriter out;

    JsonSink(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void answer(PageReader.Page page, Job job, Answer<?> answer) {
        out.println(AnswerJson.of(page.file(), page.page(), answer));
    }

    @Override
    public void failure(String file, int page, String sentence) {
        out.println(AnswerJson.error(file, page, sentence));
    }

    @Override
    public void flush() throws IOException {
        Output.flush(out);
    }
}
