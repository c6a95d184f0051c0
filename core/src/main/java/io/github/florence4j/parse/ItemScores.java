package io.github.florence4j.parse;

import io.github.florence4j.result.Score;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.text.TokenSpans;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Scores items by the tokens that wrote them: exp of the mean log-probability of the location tokens, and of the label's
 * tokens. For boxes the first is the original processor's score (specification 7.10) without its drift.
 */
public final class ItemScores {
    private ItemScores() {}

    /**
     * The result with a score for each item.
     *
     * @param parsed what was parsed from {@code spans.text()}
     * @param spans the text of each token
     * @param logProbs the log-probability of each token
     * @throws IllegalArgumentException if there is not one log-probability for each token
     */
    public static TaskResult add(Parsed parsed, TokenSpans spans, double[] logProbs) {
        if (logProbs.length != spans.size()) {
            throw new IllegalArgumentException(
                    "expected a log-probability for each of " + spans.size() + " tokens, found " + logProbs.length);
        }
        Means means = new Means(spans, logProbs);
        List<Score> scores = parsed.spans().stream()
                .map(item -> new Score(
                        means.score(item.coordsStart(), item.coordsEnd()),
                        means.score(item.labelStart(), item.labelEnd())))
                .toList();
        return parsed.result().withScores(scores);
    }

    /** Scores of ranges of the text; sums are taken range by range, because differences of running sums lose digits. */
    record Means(TokenSpans spans, double[] logProbs) {

        /** Over the tokens that overlap the range; empty if there are none. */
        OptionalDouble score(int start, int end) {
            double sum = 0;
            int count = 0;
            for (int token = spans.firstEndingAfter(start); token < spans.size(); token++) {
                if (spans.start(token) >= end) {
                    break;
                }
                if (spans.end(token) > spans.start(token)) {
                    sum += logProbs[token];
                    count++;
                }
            }
            return count == 0 || start >= end ? OptionalDouble.empty() : OptionalDouble.of(Math.exp(sum / count));
        }
    }
}
