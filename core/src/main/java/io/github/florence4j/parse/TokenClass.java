package io.github.florence4j.parse;

import io.github.florence4j.text.Florence2Tokenizer;

/** What kind of token it is, as far as the grammar of the answers goes. */
public enum TokenClass {
    /** An ordinary vocabulary entry. */
    TEXT,
    /** {@code <loc_0>} to {@code <loc_999>}. */
    LOC,
    /** {@code <sep>}, between the rings of an instance. */
    SEP,
    /** {@code <poly>}, before an instance. */
    POLY_OPEN,
    /** {@code </poly>}, behind an instance. */
    POLY_CLOSE,
    /** {@code </s>}, the end. */
    EOS,
    /** Any other special token, and the rows that pad the token table. No answer needs one. */
    OTHER;

    /** The class of every id from 0 to {@code rows - 1}, for a token table with so many rows. */
    public static TokenClass[] table(Florence2Tokenizer tokenizer, int rows) {
        TokenClass[] classes = new TokenClass[rows];
        for (int id = 0; id < rows; id++) {
            classes[id] = of(tokenizer, id);
        }
        return classes;
    }

    /** The class of one id. */
    public static TokenClass of(Florence2Tokenizer tokenizer, int id) {
        if (id == Florence2Tokenizer.EOS) {
            return EOS;
        }
        if (id >= tokenizer.vocabularySize()) {
            return OTHER;
        }
        if (!tokenizer.isSpecial(id)) {
            return TEXT;
        }
        String tag = tokenizer.tokenText(id);
        return switch (tag) {
            case Tags.SEP -> SEP;
            case Tags.POLY_OPEN -> POLY_OPEN;
            case Tags.POLY_CLOSE -> POLY_CLOSE;
            default -> Tags.locEnd(tag, 0) == tag.length() ? LOC : OTHER;
        };
    }
}
