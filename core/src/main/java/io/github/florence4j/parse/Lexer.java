package io.github.florence4j.parse;

import io.github.florence4j.text.LocationQuantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Cuts a text into whole tags and the words between them, so that no part of a tag is ever taken for a word. */
final class Lexer {
    /** Tags without a meaning of their own for the parsers: they vanish. */
    private static final Set<String> CONTROL = Set.of("<s>", "</s>", "<pad>", "<unk>", "<mask>", "<image>");

    private static final Set<String> TASK = Set.of(
            "<od>",
            "</od>",
            "<ocr>",
            "</ocr>",
            "<cap>",
            "</cap>",
            "<ncap>",
            "</ncap>",
            "<dcap>",
            "</dcap>",
            "<grounding>",
            "</grounding>",
            "<seg>",
            "</seg>",
            "<region_cap>",
            "</region_cap>",
            "<region_to_desciption>",
            "</region_to_desciption>",
            "<proposal>",
            "</proposal>",
            "<and>",
            "<box>",
            "</box>",
            "<bbox>",
            "</bbox>");

    private static final int LONGEST_TAG = "</region_to_desciption>".length();

    private Lexer() {}

    /** What a piece of the text is. */
    enum Kind {
        WORDS,
        LOC,
        SEP,
        POLY_OPEN,
        POLY_CLOSE,
        CONTROL,
        TASK
    }

    /** A piece from {@code start} to {@code end}; {@code bin} is 0..999 for a location token and 0 otherwise. */
    record Token(Kind kind, int start, int end, float bin) {}

    static List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        int words = 0;
        int at = text.indexOf('<');
        while (at >= 0) {
            int end = tagEnd(text, at);
            if (end >= 0) {
                addWords(tokens, words, at);
                tokens.add(tag(text, at, end));
                words = end;
            }
            at = text.indexOf('<', end >= 0 ? end : at + 1);
        }
        addWords(tokens, words, text.length());
        return tokens;
    }

    private static void addWords(List<Token> tokens, int start, int end) {
        if (end > start) {
            tokens.add(new Token(Kind.WORDS, start, end, 0));
        }
    }

    private static int tagEnd(String text, int at) {
        int end = Tags.locEnd(text, at);
        if (end >= 0) {
            return end;
        }
        int limit = Math.min(text.length(), at + LONGEST_TAG);
        for (int i = at + 1; i < limit; i++) {
            if (text.charAt(i) == '>') {
                return kindOf(text.substring(at, i + 1)) == Kind.WORDS ? -1 : i + 1;
            }
        }
        return -1;
    }

    private static Token tag(String text, int start, int end) {
        if (text.startsWith(Tags.LOC_PREFIX, start)) {
            float bin = Tags.locs(text, start, end).get(0).bin();
            return new Token(Kind.LOC, start, end, Math.min(bin, LocationQuantizer.BINS - 1));
        }
        return new Token(kindOf(text.substring(start, end)), start, end, 0);
    }

    private static Kind kindOf(String tag) {
        return switch (tag) {
            case Tags.SEP -> Kind.SEP;
            case Tags.POLY_OPEN -> Kind.POLY_OPEN;
            case Tags.POLY_CLOSE -> Kind.POLY_CLOSE;
            default -> CONTROL.contains(tag) ? Kind.CONTROL : TASK.contains(tag) ? Kind.TASK : Kind.WORDS;
        };
    }
}
