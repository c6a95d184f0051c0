package io.github.florence4j.task;

import java.util.List;

/** What is given to a task besides the image. */
public sealed interface TaskInput {
    /** Nothing. */
    TaskInput NONE = new None();

    /** Nothing. */
    static TaskInput none() {
        return NONE;
    }

    /** One caption, phrase or question. */
    static TaskInput text(String text) {
        return new Phrases(List.of(text));
    }

    /** Several phrases: one prompt each, or one caption for phrase grounding. */
    static TaskInput phrases(List<String> phrases) {
        return new Phrases(phrases);
    }

    /** One region. */
    static TaskInput region(Region region) {
        return new Regions(List.of(region));
    }

    /** Several regions: one prompt each. */
    static TaskInput regions(List<Region> regions) {
        return new Regions(regions);
    }

    /** No input. */
    record None() implements TaskInput {}

    /**
     * Words.
     *
     * @param phrases at least one
     */
    record Phrases(List<String> phrases) implements TaskInput {

        /** Copies the list and checks that it is not empty. */
        public Phrases {
            phrases = List.copyOf(phrases);
            if (phrases.isEmpty()) {
                throw new IllegalArgumentException("expected at least one phrase, found an empty list");
            }
        }
    }

    /**
     * Places.
     *
     * @param regions at least one
     */
    record Regions(List<Region> regions) implements TaskInput {

        /** Copies the list and checks that it is not empty. */
        public Regions {
            regions = List.copyOf(regions);
            if (regions.isEmpty()) {
                throw new IllegalArgumentException("expected at least one region, found an empty list");
            }
        }
    }
}
