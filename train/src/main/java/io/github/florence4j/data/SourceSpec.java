package io.github.florence4j.data;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names data in one line: {@code KIND:PATH?key=value&key=value}. Kind and options may be missing: {@code /data/qa.csv}.
 * In values {@code %26} stands for "&amp;", {@code %25} for "%". A path cannot contain "?".
 *
 * @param kind one of {@link SourceKind}'s names, or empty to be guessed from the path
 * @param path a file, a folder, or for parquet a pattern with {@code *}
 * @param options options by key, in the order given
 */
public record SourceSpec(String kind, String path, Map<String, String> options) {
    private static final Pattern KIND = Pattern.compile("([A-Za-z][A-Za-z-]+):(.*)", Pattern.DOTALL);

    /** Checks that there is a path. */
    public SourceSpec {
        if (path.isBlank()) {
            throw new IllegalArgumentException(
                    "the source names no path; expected KIND:PATH, for example docvqa:/data/docvqa/train*.parquet");
        }
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /**
     * Reads a source from its line.
     *
     * @throws IllegalArgumentException if an option is no {@code key=value}, or there is no path
     */
    public static SourceSpec parse(String text) {
        int mark = text.indexOf('?');
        String place = mark < 0 ? text : text.substring(0, mark);
        Matcher kind = KIND.matcher(place);
        return kind.matches()
                ? new SourceSpec(kind.group(1), kind.group(2), options(text, mark))
                : new SourceSpec("", place, options(text, mark));
    }

    private static Map<String, String> options(String text, int mark) {
        Map<String, String> options = new LinkedHashMap<>();
        if (mark < 0 || mark == text.length() - 1) {
            return options;
        }
        for (String option : text.substring(mark + 1).split("&", -1)) {
            int equals = option.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("'" + option + "' in " + text + " is no option; expected key=value");
            }
            options.put(option.substring(0, equals), decode(option.substring(equals + 1)));
        }
        return options;
    }

    private static String decode(String value) {
        try {
            return value.contains("%") ? URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8) : value;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the option \"" + value + "\" has a % that begins no escape; expected %25 for one", e);
        }
    }

    /** The line again, without escapes. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind.isEmpty() ? path : kind + ":" + path);
        char mark = '?';
        for (Map.Entry<String, String> option : options.entrySet()) {
            text.append(mark).append(option.getKey()).append('=').append(option.getValue());
            mark = '&';
        }
        return text.toString();
    }
}
