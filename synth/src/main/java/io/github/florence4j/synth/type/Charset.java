package io.github.florence4j.synth.type;

/**
 * The characters that synthetic documents are written in: printable ASCII without {@code <} and {@code >}, which begin and
 * end the model's tokens.
 */
public final class Charset {
    /** All characters but the space. */
    public static final String VISIBLE =
            "!\"#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    static final int FIRST = ' ';
    static final int COUNT = '~' - ' ' + 1;

    private Charset() {}

    /** Whether a character can be drawn. */
    public static boolean contains(char character) {
        return character >= FIRST && character <= '~' && character != '<' && character != '>';
    }

    static int index(char character) {
        if (!contains(character)) {
            throw new IllegalArgumentException(
                    "synthetic documents are written in printable ASCII without < and >, found '" + character + "'");
        }
        return character - FIRST;
    }
}
