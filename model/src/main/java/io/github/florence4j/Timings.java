package io.github.florence4j;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Where the time of a batch went, in milliseconds. All answers of a list of requests carry the same figures.
 * In {@code Florence2.answerAll} each has its own: {@code vision} is that of its image, which questions about the same one repeat, and
 * {@code parse} is not told apart.
 *
 * @param preprocess resizing and normalising the images
 * @param vision vision tower and projector
 * @param generate encoder and decoder
 * @param parse reading the answers
 */
public record Timings(double preprocess, double vision, double generate, double parse) {
    /** The sum of all parts. */
    public double total() {
        return preprocess + vision + generate + parse;
    }

    /** The figures as {@code {"preprocess", "vision", "generate", "parse", "total"}}. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("preprocess", rounded(preprocess));
        json.put("vision", rounded(vision));
        json.put("generate", rounded(generate));
        json.put("parse", rounded(parse));
        json.put("total", rounded(total()));
        return json;
    }

    private static double rounded(double milliseconds) {
        return Math.round(milliseconds * 1000) / 1000.0;
    }
}
