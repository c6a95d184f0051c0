package io.github.florence4j.parse;

import io.github.florence4j.result.Score;
import io.github.florence4j.text.TokenSpans;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The box scores of the original processor's sequence mode, its offset bookkeeping included (specification 7.10): only
 * the lengths of the phrases that were found are counted, so that stray tags shift all later boxes and let neighbouring
 * tokens into the mean.
 */
final class MicrosoftScores {
    private MicrosoftScores() {}

    /** One score for each box of the text, in order. */
    static List<Score> of(TokenSpans spans, double[] logProbs) {
        String raw = spans.text();
        String text = Clean.without(raw, "<s>", "</s>", "<pad>").text();
        ItemScores.Means means = new ItemScores.Means(spans, logProbs);
        Offsets offsets = new Offsets(raw);
        List<Score> scores = new ArrayList<>();
        int counted = raw.startsWith("<s>") ? "<s>".length() : 0;
        for (TextBlocks.Block block : TextBlocks.withPhrase(text, false)) {
            boolean kept = ReferenceParser.label(text, block.start(), block.end(), false) != null;
            counted += points(text, block.start(), block.tags());
            List<Tags.Loc> locs = Tags.locs(text, block.tags(), block.end());
            int start = counted;
            for (int i = 0; i < locs.size(); i++) {
                counted += points(text, locs.get(i).start(), locs.get(i).end());
                if (i % 4 == 3) {
                    if (kept) {
                        OptionalDouble score = means.score(offsets.utf16(start), offsets.utf16(counted));
                        scores.add(new Score(score, OptionalDouble.empty()));
                    }
                    start = counted;
                }
            }
        }
        return scores;
    }

    private static int points(String text, int start, int end) {
        return text.codePointCount(start, end);
    }

    /** Turns offsets in code points, which the original counts in, into UTF-16 units. */
    private static final class Offsets {
        private final String text;
        private final int[] utf16;
        private final int points;

        Offsets(String text) {
            this.text = text;
            this.points = text.codePointCount(0, text.length());
            this.utf16 = new int[points + 1];
            int at = 0;
            for (int point = 0; point < points; point++) {
                utf16[point] = at;
                at += Character.charCount(text.codePointAt(at));
            }
            utf16[points] = at;
        }

        int utf16(int point) {
            return point <= points ? utf16[point] : text.length() + point - points;
        }
    }
}
