package io.github.florence4j.metrics;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * VQA accuracy (Antol et al., ICCV 2015; the script vqaEval.py of the VQAv2 site): min(matching people / 3, 1), averaged
 * over all sets of people that leave one out. It needs the answers of at least four people, usually ten: with fewer no
 * answer could score 1.
 *
 * @param name the name in reports
 * @param always whether texts are normalised even where all people gave the same answer
 */
public record VqaAccuracy(String name, boolean always) implements TextMetric {

    /**
     * As the script does: texts are normalised where people differ; where all agree they are compared as they are, so
     * that "Yes" is wrong when everybody wrote "yes".
     */
    public static final VqaAccuracy OFFICIAL = new VqaAccuracy("vqa-accuracy", false);

    /** Texts are always normalised, as the evaluation servers' answer processor does (TextVQA). */
    public static final VqaAccuracy ALWAYS_NORMALIZED = new VqaAccuracy("vqa-accuracy-normalized", true);

    private static final int LEAST_PEOPLE = 4;
    private static final double PEOPLE_FOR_FULL_SCORE = 3;

    @Override
    public double score(String prediction, List<String> references) {
        int people = references.size();
        if (people < LEAST_PEOPLE) {
            throw new IllegalArgumentException("VQA accuracy needs the answers of at least " + LEAST_PEOPLE
                    + " people, found " + people + "; use exact match or ANLS instead");
        }
        List<String> answers = references.stream().map(VqaAnswers::strip).toList();
        boolean normalize = always || answers.stream().distinct().count() > 1;
        UnaryOperator<String> rule = normalize ? VqaAnswers::normalize : UnaryOperator.identity();
        String answer = rule.apply(VqaAnswers.strip(prediction));
        long matches = answers.stream().map(rule).filter(answer::equals).count();
        // One of the people is left out: the matching ones in turn, then the others.
        return (matches * credit(matches - 1) + (people - matches) * credit(matches)) / people;
    }

    private static double credit(long matches) {
        return Math.min(1, matches / PEOPLE_FOR_FULL_SCORE);
    }
}
