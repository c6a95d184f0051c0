package io.github.florence4j.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The edit distance with insertions, deletions and substitutions of cost 1. */
public final class Levenshtein {
    private Levenshtein() {}

    /** The distance in code points, as Python counts characters. */
    public static int ofCodePoints(String a, String b) {
        return a.equals(b)
                ? 0
                : distance(a.codePoints().toArray(), b.codePoints().toArray());
    }

    /** The distance in words. */
    public static int ofWords(List<String> a, List<String> b) {
        Map<String, Integer> ids = new HashMap<>();
        return distance(numbered(a, ids), numbered(b, ids));
    }

    private static int[] numbered(List<String> words, Map<String, Integer> ids) {
        int[] numbers = new int[words.size()];
        for (int i = 0; i < numbers.length; i++) {
            Integer known = ids.putIfAbsent(words.get(i), ids.size());
            numbers[i] = known == null ? ids.size() - 1 : known;
        }
        return numbers;
    }

    private static int distance(int[] a, int[] b) {
        int[] row = IntStream.rangeClosed(0, b.length).toArray();
        for (int i = 1; i <= a.length; i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length; j++) {
                int above = row[j];
                int substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.min(substitution, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length];
    }
}
