package io.github.florence4j.metrics;

import java.util.List;

/**
 * 1 where the answer equals one of the references after normalisation, else 0.
 *
 * @param name the name in reports
 * @param normalization what is done to both sides
 */
public record ExactMatch(String name, TextNormalization normalization) implements TextMetric {

    /** Case and runs of white space do not count: the default. */
    public static final ExactMatch CASE_AND_SPACE = new ExactMatch("exact-match", TextNormalization.CASE_AND_SPACE);

    /** Nor do punctuation and articles (SQuAD). */
    public static final ExactMatch SQUAD = new ExactMatch("exact-match-squad", TextNormalization.SQUAD);

    @Override
    public double score(String prediction, List<String> references) {
        String answer = normalization.apply(prediction);
        return references.stream().map(normalization::apply).anyMatch(answer::equals) ? 1 : 0;
    }
}
