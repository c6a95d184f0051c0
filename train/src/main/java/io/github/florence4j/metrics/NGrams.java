package io.github.florence4j.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How often each run of 1..n words occurs in a text.
 *
 * @param words number of words
 * @param counts the counts of the runs of k words at index k - 1; a run is its words joined by spaces
 */
record NGrams(int words, List<Map<String, Integer>> counts) {

    static NGrams of(List<String> words, int longest) {
        List<Map<String, Integer>> counts = new ArrayList<>();
        for (int length = 1; length <= longest; length++) {
            Map<String, Integer> runs = new HashMap<>();
            for (int start = 0; start + length <= words.size(); start++) {
                runs.merge(String.join(" ", words.subList(start, start + length)), 1, Integer::sum);
            }
            counts.add(runs);
        }
        return new NGrams(words.size(), counts);
    }
}
