package io.github.florence4j.metrics;

import java.util.List;

/**
 * ROUGE-L (Lin, 2004) as pycocoevalcap defines it: the longest common subsequence of words over the lengths of caption
 * and reference gives precision and recall, each the largest over the references; their F-measure with beta 1.2. Words
 * are those of a Penn-Treebank-like tokenizer without punctuation.
 */
public record RougeL() implements TextMetric {
    private static final double BETA_SQUARED = 1.2 * 1.2;

    @Override
    public String name() {
        return "rouge-l";
    }

    @Override
    public double score(String prediction, List<String> references) {
        List<String> caption = words(prediction);
        double precision = 0;
        double recall = 0;
        for (String reference : references) {
            List<String> words = words(reference);
            double common = longestCommonSubsequence(caption, words);
            precision = Math.max(precision, common / caption.size());
            recall = Math.max(recall, common / words.size());
        }
        return precision == 0 || recall == 0
                ? 0
                : (1 + BETA_SQUARED) * precision * recall / (recall + BETA_SQUARED * precision);
    }

    /** Never empty: like the reference, which splits at spaces, a text without words has one empty word. */
    private static List<String> words(String text) {
        List<String> words = CaptionTokens.of(text);
        return words.isEmpty() ? List.of("") : words;
    }

    private static int longestCommonSubsequence(List<String> a, List<String> b) {
        int[] row = new int[b.size() + 1];
        for (String word : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.size(); j++) {
                int above = row[j];
                row[j] = word.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[b.size()];
    }
}
