package io.github.florence4j.report;

import java.util.List;
import java.util.stream.Collectors;

/** Text with headings and tables, as the hub shows it (GitHub Flavored Markdown). */
final class Markdown {
    private final StringBuilder text = new StringBuilder();

    Markdown heading(int level, String words) {
        text.append("#".repeat(level)).append(' ').append(plain(words)).append("\n\n");
        return this;
    }

    /** A paragraph that is Markdown already. */
    Markdown paragraph(String markdown) {
        text.append(markdown).append("\n\n");
        return this;
    }

    /** A block of code. */
    Markdown block(String language, String code) {
        String fence = "`".repeat(Math.max(3, longestRun(code) + 1));
        text.append(fence).append(language).append('\n').append(code.stripTrailing());
        text.append('\n').append(fence).append("\n\n");
        return this;
    }

    /** A table, whose cells are Markdown already; nothing when it has no rows. */
    Markdown table(List<String> head, List<List<String>> rows) {
        if (!rows.isEmpty()) {
            row(head);
            text.append("|").append(" --- |".repeat(head.size())).append('\n');
            rows.forEach(this::row);
            text.append('\n');
        }
        return this;
    }

    private void row(List<String> cells) {
        text.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    /** Words that mean themselves: no markup, no line break. */
    static String plain(String words) {
        return oneLine(words)
                .replaceAll("[\\\\`*\\[\\]<>|#~&$]", "\\\\$0")
                .replaceAll("(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}])", "\\\\_");
    }

    /** A span of code that can stand in a table. */
    static String code(String code) {
        String line = oneLine(code);
        if (line.isBlank()) {
            return "";
        }
        String fence = "`".repeat(longestRun(line) + 1);
        String pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
        return fence + pad + line.replace("|", "\\|") + pad + fence;
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
    }

    private static int longestRun(String code) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < code.length(); i++) {
            run = code.charAt(i) == '`' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    @Override
    public String toString() {
        return text.toString().stripTrailing() + "\n";
    }
}
