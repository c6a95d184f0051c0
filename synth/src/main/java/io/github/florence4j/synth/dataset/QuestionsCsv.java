package io.github.florence4j.synth.dataset;

import io.github.florence4j.synth.page.Question;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes questions as a table with the columns {@code image,question,answer}, the first accepted answer of each. */
final class QuestionsCsv implements AutoCloseable {
    private final BufferedWriter table;

    QuestionsCsv(Path file) throws IOException {
        table = Files.newBufferedWriter(file);
        table.write("image,question,answer\n");
    }

    /** Adds the questions of a page, whose picture has this path beside the table; gives their number. */
    int add(String image, List<Question> questions) throws IOException {
        for (Question question : questions) {
            table.write(Stream.of(image, question.text(), question.answers().get(0))
                            .map(cell -> '"' + cell.replace("\"", "\"\"") + '"')
                            .collect(Collectors.joining(","))
                    + "\n");
        }
        return questions.size();
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
