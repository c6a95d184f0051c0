package io.github.florence4j.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** A line of JSON in, a line of JSON out; a line that cannot be answered gives {@code {"error"}} in its place. */
final class JsonLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonLines() {}

    /** The lines of standard input. */
    static BufferedReader input() {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    }

    /** A value of JSON. @throws IllegalArgumentException when the text is none */
    static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("this is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Answers every line that is not blank.
     *
     * @param answer the answer to a line; refuses with {@code IllegalArgumentException}
     * @return the number of lines that were refused
     */
    static int answer(BufferedReader lines, PrintWriter out, Function<String, JsonNode> answer) throws IOException {
        int refused = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isBlank()) {
                continue;
            }
            try {
                out.println(answer.apply(line));
            } catch (IllegalArgumentException e) {
                refused++;
                out.println(JsonNodeFactory.instance.objectNode().put("error", Failures.sentence(e)));
            }
            if (!lines.ready()) {
                Output.flush(out); // whoever waits for the answer before the next line gets it now
            }
        }
        Output.flush(out);
        return refused;
    }
}
