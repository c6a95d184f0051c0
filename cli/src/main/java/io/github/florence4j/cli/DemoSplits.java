package io.github.florence4j.cli;

import io.github.florence4j.data.Entry;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.Pass;
import io.github.florence4j.data.Sample;
import io.github.florence4j.data.SampleReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The pages of a split by hashes of their content.
 *
 * @param pictures SHA-256 of the pictures
 * @param questions SHA-256 of all that is asked and answered about a page
 */
record DemoSplits(Set<String> pictures, Set<String> questions) {

    /** Reads a split. */
    static DemoSplits of(IndexedSource source) throws IOException {
        Map<String, Set<String>> asked = new TreeMap<>();
        try (SampleReader reader = source.open(new Pass(0, 0), 0)) {
            for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry instanceof Sample sample) {
                    asked.computeIfAbsent(sample.image().sha256(), picture -> new TreeSet<>())
                            .add(sample.prompt() + "\n" + String.join("\n", sample.answers()));
                }
            }
        }
        Set<String> questions = new HashSet<>();
        asked.values().forEach(page -> questions.add(sha256(String.join("\n\n", page))));
        return new DemoSplits(Set.copyOf(asked.keySet()), questions);
    }

    /**
     * Makes sure that the test holds no page of the training, and none about which the same is asked and answered.
     *
     * @throws IllegalStateException when it does
     */
    static void requireDisjoint(DemoSplits training, DemoSplits test) {
        requireNone("pages", training.pictures, test.pictures);
        requireNone("pages with the same questions and answers", training.questions, test.questions);
    }

    private static void requireNone(String what, Set<String> training, Set<String> test) {
        Set<String> both = new HashSet<>(test);
        both.retainAll(training);
        if (!both.isEmpty()) {
            throw new IllegalStateException("training and test have " + both.size() + " " + what + " in common");
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
