package io.github.florence4j.parse;

import io.github.florence4j.task.ParserKind;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which tokens may follow in the answer to a task, so that constrained decoding gives nothing that the parsers would
 * drop: labels are followed by complete boxes, quads or rings of at least three points. Words are free.
 *
 * <p>States are immutable, so beams may share them. Tokens of class {@link TokenClass#OTHER}, such as the forced
 * {@code <s>}, leave the state as it is.
 */
public final class OutputGrammar {
    private static final int BOX = 4;
    private static final int QUAD = 8;
    private static final int RING = 6;

    private OutputGrammar() {}

    /** The state before the first token of an answer of this kind. */
    public static State start(ParserKind kind) {
        return new State(kind, Phase.START, Form.UNDECIDED, 0);
    }

    private enum Phase {
        /** Nothing yet. */
        START,
        /** Within a label. */
        LABEL,
        /** Within location tokens that are not in a {@code <poly>}. */
        PLACE,
        /** Within {@code <poly>}. */
        OUTLINE,
        /** Behind {@code </poly>}. */
        CLOSED,
        /** Behind the end. */
        DONE
    }

    /** What an open vocabulary answer has turned out to hold: never both. */
    private enum Form {
        UNDECIDED,
        BOXES,
        POLYGONS
    }

    /** A point in an answer. */
    public static final class State {
        private final ParserKind kind;
        private final Phase phase;
        private final Form form;
        /** Location tokens since the last complete box or quad, or in this ring. */
        private final int locs;

        private State(ParserKind kind, Phase phase, Form form, int locs) {
            this.kind = kind;
            this.phase = phase;
            this.form = form;
            this.locs = locs;
        }

        /** Whether a token of this class may come next. There is always at least one class that may. */
        public boolean allows(TokenClass next) {
            return allowed().contains(next);
        }

        /** The classes that may come next. */
        public Set<TokenClass> allowed() {
            if (phase == Phase.DONE) {
                return EnumSet.of(TokenClass.EOS);
            }
            return switch (kind) {
                case PURE_TEXT -> EnumSet.allOf(TokenClass.class);
                case BBOXES -> groups(BOX, false);
                case OCR -> groups(QUAD, true);
                case DESCRIPTION_WITH_BBOXES, PHRASE_GROUNDING -> groups(BOX, true);
                case POLYGONS -> polygons();
                case DESCRIPTION_WITH_BBOXES_OR_POLYGONS -> openVocabulary();
            };
        }

        /** The state after a token of this class, also after one that was not allowed, as a forced end may be. */
        public State next(TokenClass token) {
            return switch (token) {
                case TEXT -> new State(kind, Phase.LABEL, form, 0);
                case LOC -> location();
                case SEP -> new State(kind, phase, form, 0);
                case POLY_OPEN -> new State(kind, Phase.OUTLINE, Form.POLYGONS, 0);
                case POLY_CLOSE -> new State(kind, Phase.CLOSED, form, 0);
                case EOS -> new State(kind, Phase.DONE, form, 0);
                case OTHER -> this;
            };
        }

        private State location() {
            if (phase == Phase.OUTLINE) {
                return new State(kind, phase, form, locs + 1);
            }
            boolean ring = kind == ParserKind.POLYGONS;
            int group = kind == ParserKind.OCR ? QUAD : BOX;
            return new State(kind, Phase.PLACE, ring ? form : Form.BOXES, ring ? locs + 1 : (locs + 1) % group);
        }

        private Set<TokenClass> groups(int size, boolean labelled) {
            if (!labelled) {
                return locs == 0 ? EnumSet.of(TokenClass.LOC, TokenClass.EOS) : EnumSet.of(TokenClass.LOC);
            }
            return switch (phase) {
                case LABEL -> EnumSet.of(TokenClass.TEXT, TokenClass.LOC);
                case PLACE -> place(size);
                default -> EnumSet.of(TokenClass.TEXT, TokenClass.EOS);
            };
        }

        /** A label may have several boxes, but a line of text has one quad. */
        private Set<TokenClass> place(int size) {
            if (locs != 0) {
                return EnumSet.of(TokenClass.LOC);
            }
            return size == QUAD
                    ? EnumSet.of(TokenClass.TEXT, TokenClass.EOS)
                    : EnumSet.of(TokenClass.LOC, TokenClass.TEXT, TokenClass.EOS);
        }

        private Set<TokenClass> polygons() {
            return switch (phase) {
                case PLACE -> ring(TokenClass.EOS);
                case OUTLINE -> ring(TokenClass.POLY_CLOSE);
                case CLOSED -> EnumSet.of(TokenClass.POLY_OPEN, TokenClass.EOS);
                default -> EnumSet.of(TokenClass.LOC, TokenClass.POLY_OPEN, TokenClass.EOS);
            };
        }

        private Set<TokenClass> openVocabulary() {
            return switch (phase) {
                case LABEL -> label();
                case PLACE -> place(BOX);
                case OUTLINE -> ring(TokenClass.POLY_CLOSE);
                case CLOSED -> EnumSet.of(TokenClass.POLY_OPEN, TokenClass.TEXT, TokenClass.EOS);
                default -> EnumSet.of(TokenClass.TEXT, TokenClass.EOS);
            };
        }

        private Set<TokenClass> label() {
            return switch (form) {
                case UNDECIDED -> EnumSet.of(TokenClass.TEXT, TokenClass.LOC, TokenClass.POLY_OPEN);
                case BOXES -> EnumSet.of(TokenClass.TEXT, TokenClass.LOC);
                case POLYGONS -> EnumSet.of(TokenClass.TEXT, TokenClass.POLY_OPEN);
            };
        }

        /** A ring may end behind a whole point, the third at the earliest. */
        private Set<TokenClass> ring(TokenClass end) {
            return locs >= RING && locs % 2 == 0
                    ? EnumSet.of(TokenClass.LOC, TokenClass.SEP, end)
                    : EnumSet.of(TokenClass.LOC);
        }
    }
}
