package io.github.florence4j.cli;

import java.util.Arrays;

/** Levenshtein's distance. */
final class EditDistance {
    private EditDistance() {}

    /** The fewest characters to insert, delete or replace that make one text of the other. */
    static int between(String from, String to) {
        int[] above = new int[to.length() + 1];
        Arrays.setAll(above, j -> j);
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(above[j - 1] + change, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[to.length()];
    }
}
