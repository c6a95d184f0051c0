package io.github.florence4j.data;

import java.util.ArrayList;
import java.util.List;

/** Counts records with something in common and keeps the first ids. */
public final class Findings {
    private static final int KEPT = 20;

    private final List<String> examples = new ArrayList<>();
    private long count;

    void add(String finding) {
        count++;
        if (examples.size() < KEPT) {
            examples.add(finding);
        }
    }

    /** How many there are. */
    public long count() {
        return count;
    }

    /** The first 20, each an id and, where there is one, the reason. */
    public List<String> examples() {
        return List.copyOf(examples);
    }
}
