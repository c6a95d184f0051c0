package io.github.florence4j.task;

import io.github.florence4j.text.UnicodeSpace;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;

/** Looks tasks up by any of their names. */
final class TaskNames {
    private TaskNames() {}

    static Task<?> find(String text) {
        String wanted = normalized(text);
        for (Task<?> task : Task.values()) {
            if (wanted.equals(task.name()) || wanted.equals(normalized(task.token()))) {
                return task;
            }
        }
        throw new IllegalArgumentException("unknown task '" + text + "': did you mean " + nearest(wanted)
                + "? Known tasks: " + Task.values().stream().map(Task::token).collect(Collectors.joining(", ")));
    }

    private static String normalized(String text) {
        String name = UnicodeSpace.strip(text);
        if (name.length() > 2 && name.startsWith("<") && name.endsWith(">")) {
            name = name.substring(1, name.length() - 1);
        }
        return name.toUpperCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
    }

    private static String nearest(String wanted) {
        return Task.values().stream()
                .min(Comparator.comparingInt(
                        task -> Math.min(distance(wanted, task.name()), distance(wanted, normalized(task.token())))))
                .orElseThrow()
                .token();
    }

    /** Levenshtein's distance: the fewest insertions, deletions and replacements of a character. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
