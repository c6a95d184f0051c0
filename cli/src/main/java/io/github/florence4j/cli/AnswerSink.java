package io.github.florence4j.cli;

import io.github.florence4j.Answer;
import java.io.IOException;

/** Takes answers: a stream of JSON lines, a file, text for readers, pictures. */
interface AnswerSink extends AutoCloseable {
    /** An answer to a question on a page. */
    void answer(PageReader.Page page, Job job, Answer<?> answer) throws IOException;

    /** A page without an answer; the sentence has been told on the error stream already. */
    default void failure(String file, int page, String sentence) {}

    /** Called after each batch: what was taken must now be safe. */
    default void flush() throws IOException {}

    @Override
    default void close() throws IOException {}
}
