package io.github.florence4j.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A config of The Cauldron and its part in Idefics2's mixture (arXiv 2405.02246, table 14).
 *
 * @param name the folder's name
 * @param pairs the number of questions with their answers
 * @param answerTokens the tokens of all answers together, by Mistral's tokenizer
 * @param percent the part of the mixture's answer tokens
 */
public record CauldronConfig(String name, long pairs, long answerTokens, double percent) {
    /** The 45 configs that suit a model with one image and short answers. */
    public static final List<CauldronConfig> USABLE = read();

    /** The configs that do not: two images a question, or code as answers. */
    public static final Set<String> LEFT_OUT = Set.of("nlvr2", "spot_the_diff", "mimic_cgd", "websight", "datikz");

    /**
     * How often a sample of this config is drawn, relative to the others: its part of the answer tokens divided by the
     * mean number of tokens of its answers.
     */
    public double sampleWeight() {
        return percent / ((double) answerTokens / pairs);
    }

    private static List<CauldronConfig> read() {
        try (InputStream in = Objects.requireNonNull(CauldronConfig.class.getResourceAsStream("cauldron.csv"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(",", -1))
                    .map(cell -> new CauldronConfig(
                            cell[0], Long.parseLong(cell[1]), Long.parseLong(cell[2]), Double.parseDouble(cell[3])))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
