package io.github.florence4j.synth.content;

import java.util.Locale;

/**
 * What documents are for. Names, products, numbers, sentences and templates belong to one of the two by a hash of their
 * letters, so that a test document says nothing, and looks like nothing, that a training document could.
 */
public enum Split {
    /** About four fifths of all content. */
    TRAIN,
    /** The rest. */
    TEST;

    private static final int TEST_SHARE = 5;

    /** Whether a value may occur in documents of this split. Upper and lower case are the same. */
    public boolean admits(String value) {
        return of(value) == this;
    }

    /** The split that a value belongs to: FNV-1a over its lower-case characters, finished by a multiplication. */
    public static Split of(String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < lower.length(); i++) {
            hash = (hash ^ lower.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 32)) * 0x9E3779B97F4A7C15L;
        return Long.remainderUnsigned(hash >>> 16, TEST_SHARE) == 0 ? TEST : TRAIN;
    }

    /** The lower-case name, as in file names. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
