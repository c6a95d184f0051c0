package io.github.florence4j.text;

/**
 * White space as the reference processors see it: Unicode's, with the no-break spaces and the separators U+001C to
 * U+001F that {@link String#strip()} treats differently.
 */
public final class UnicodeSpace {
    private UnicodeSpace() {}

    /** Whether the character is white space. */
    public static boolean isSpace(char c) {
        return switch (c) {
            case ' ', '\u0085', '\u00a0', '\u1680', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000' -> true;
            default -> (c >= '\t' && c <= '\r') || (c >= '\u001c' && c <= '\u001f') || (c >= '\u2000' && c <= '\u200a');
        };
    }

    /** The text without white space at both ends. */
    public static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }
}
