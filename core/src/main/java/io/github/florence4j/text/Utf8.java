package io.github.florence4j.text;

import java.util.Arrays;

/**
 * Bytes read as UTF-8, with the way back from each byte to its characters. An ill-formed sequence becomes one U+FFFD for
 * each maximal part that could have begun a character (Unicode, section 3.9), as the tokenizers library decodes; Java's own decoder parts such sequences otherwise.
 */
final class Utf8 {
    private final StringBuilder text = new StringBuilder();
    private final int[] starts;
    private final int[] ends;

    private Utf8(int length) {
        starts = new int[length];
        ends = new int[length];
    }

    static Utf8 decode(byte[] bytes) {
        Utf8 decoded = new Utf8(bytes.length);
        int at = 0;
        while (at < bytes.length) {
            int next = at + 1;
            int first = bytes[at] & 0xff;
            int length = lengthOf(first);
            while (next < bytes.length && next < at + length && continues(first, next - at, bytes[next] & 0xff)) {
                next++;
            }
            decoded.append(next - at == length ? codePoint(bytes, at, length) : 0xfffd, at, next);
            at = next;
        }
        return decoded;
    }

    String text() {
        return text.toString();
    }

    /** Where the character that holds this byte begins. */
    int startOf(int index) {
        return starts[index];
    }

    /** Where the character that holds this byte ends. */
    int endOf(int index) {
        return ends[index];
    }

    private void append(int codePoint, int from, int to) {
        Arrays.fill(starts, from, to, text.length());
        text.appendCodePoint(codePoint);
        Arrays.fill(ends, from, to, text.length());
    }

    /** The length that a first byte announces; 0 if no character begins with it. */
    private static int lengthOf(int first) {
        if (first < 0x80) {
            return 1;
        }
        if (first < 0xc2 || first > 0xf4) {
            return 0;
        }
        return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    }

    private static boolean continues(int first, int position, int value) {
        if (position == 1) {
            int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
            int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
            return value >= low && value <= high;
        }
        return (value & 0xc0) == 0x80;
    }

    private static int codePoint(byte[] bytes, int at, int length) {
        if (length == 1) {
            return bytes[at];
        }
        int point = bytes[at] & (0xff >> (length + 1));
        for (int i = 1; i < length; i++) {
            point = point << 6 | (bytes[at + i] & 0x3f);
        }
        return point;
    }
}
