package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.testsupport.Fixtures;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs the command in this process. */
final class Cli {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Cli() {}

    /** What a run left behind. */
    record Outcome(int code, String out, String err) {
        List<JsonNode> json() {
            return out.lines().map(Cli::json).toList();
        }

        Outcome succeeded() {
            assertThat(code).as(err).isZero();
            return this;
        }

        /** Failed with that exit code and one sentence, without a stack trace. */
        Outcome failedWith(int expected, String sentencePart) {
            assertThat(code).as(err).isEqualTo(expected);
            assertThat(err).startsWith("florence4j: ").contains(sentencePart).doesNotContain("\tat ");
            return this;
        }
    }

    static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.execute(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Outcome(code, out.toString(), err.toString());
    }

    static Outcome runWithInput(String input, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return run(arguments);
        } finally {
            System.setIn(before);
        }
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    static String fixture(String relative) {
        return Fixtures.path(relative).toString();
    }
}
