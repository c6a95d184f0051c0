package io.github.florence4j.metrics;

import java.util.List;
import java.util.Locale;

/**
 * Average normalised Levenshtein similarity (Biten et al., ICCV 2019): for each question the best similarity over the
 * references, 1 - edit distance / longer length, 0 where less than half; lengths and distances in code points.
 *
 * @param variant the script to agree with
 */
public record Anls(AnlsVariant variant) implements TextMetric {
    private static final double THRESHOLD = 0.5;

    @Override
    public String name() {
        return variant.metricName();
    }

    @Override
    public double score(String prediction, List<String> references) {
        return switch (variant) {
            case RRC -> rrc(prediction, references);
            case MP_DOCVQA -> mpDocVqa(prediction, references);
            case BLOG_2024 -> prediction.isEmpty() ? 0 : belowThreshold(prediction, references.get(0));
            case REPO_HEAD -> repoHead(prediction, references);
        };
    }

    private static double rrc(String prediction, List<String> references) {
        String answer = TextNormalization.CASE_AND_SPACE.apply(prediction);
        double nearest = Double.POSITIVE_INFINITY;
        for (String reference : references) {
            int distance = Levenshtein.ofCodePoints(TextNormalization.CASE_AND_SPACE.apply(reference), answer);
            nearest = Math.min(nearest, ratio(distance, Math.max(upperLength(reference), upperLength(prediction))));
        }
        return atThreshold(1 - nearest);
    }

    private static double mpDocVqa(String prediction, List<String> references) {
        String answer = lowerAndStrip(prediction);
        if (answer.isEmpty() || answer.equals("none")) {
            return 0;
        }
        return atThreshold(references.stream()
                .mapToDouble(reference -> 1 - normalizedDistance(lowerAndStrip(reference), answer))
                .max()
                .orElseThrow());
    }

    private static double repoHead(String prediction, List<String> references) {
        if (prediction.isEmpty()) {
            return 0;
        }
        String answer = lowerWithoutFullStop(prediction);
        return references.stream()
                .mapToDouble(reference -> belowThreshold(answer, lowerWithoutFullStop(reference)))
                .max()
                .orElseThrow();
    }

    private static double atThreshold(double similarity) {
        return similarity < THRESHOLD ? 0 : similarity;
    }

    private static double belowThreshold(String a, String b) {
        double distance = normalizedDistance(a, b);
        return distance < THRESHOLD ? 1 - distance : 0;
    }

    private static double normalizedDistance(String a, String b) {
        return ratio(Levenshtein.ofCodePoints(a, b), Math.max(length(a), length(b)));
    }

    private static double ratio(int distance, int length) {
        return length == 0 ? 0 : (double) distance / length;
    }

    private static String lowerAndStrip(String text) {
        return WhiteSpace.strip(text.toLowerCase(Locale.ROOT));
    }

    private static String lowerWithoutFullStop(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static int upperLength(String text) {
        return length(text.toUpperCase(Locale.ROOT));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
