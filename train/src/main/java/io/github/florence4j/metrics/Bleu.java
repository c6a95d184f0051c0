package io.github.florence4j.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BLEU of a whole set of captions (Papineni et al., ACL 2002) as pycocoevalcap defines it: n-gram counts clipped by the
 * largest count of any reference and summed over the set, geometric mean of the precisions of 1..n words, brevity
 * penalty with the reference length closest to the caption's (the shorter of two equally close); 0..1. Words are those
 * of a Penn-Treebank-like tokenizer without punctuation. The score of one sample is the same formula on it alone.
 *
 * @param longest longest n-gram, 4 by convention
 */
public record Bleu(int longest) implements CorpusMetric<TextSample> {
    // The reference's guards against 0 / 0: they make a precision without matches tiny instead of zero.
    private static final double SMALL = 1e-9;
    private static final double TINY = 1e-15;

    /** Checks the range. */
    public Bleu {
        if (longest < 1) {
            throw new IllegalArgumentException("the longest n-gram of BLEU must be at least 1, found " + longest);
        }
    }

    @Override
    public String name() {
        return "bleu-" + longest;
    }

    @Override
    public Tally tally(List<TextSample> samples) {
        List<Matches> matches = samples.stream().map(this::matches).toList();
        return new Tally() {
            @Override
            public int size() {
                return matches.size();
            }

            @Override
            public double score(int[] picks) {
                return picks.length == 0 ? Double.NaN : bleu(matches, picks);
            }
        };
    }

    private Matches matches(TextSample sample) {
        NGrams caption = NGrams.of(CaptionTokens.of(sample.prediction()), longest);
        List<NGrams> references = sample.references().stream()
                .map(reference -> NGrams.of(CaptionTokens.of(reference), longest))
                .toList();
        int[] correct = new int[longest];
        int[] guessed = new int[longest];
        for (int k = 0; k < longest; k++) {
            Map<String, Integer> allowed = largestCounts(references, k);
            guessed[k] = Math.max(0, caption.words() - k);
            for (Map.Entry<String, Integer> run : caption.counts().get(k).entrySet()) {
                correct[k] += Math.min(run.getValue(), allowed.getOrDefault(run.getKey(), 0));
            }
        }
        return new Matches(caption.words(), closestLength(caption.words(), references), correct, guessed);
    }

    private static Map<String, Integer> largestCounts(List<NGrams> references, int k) {
        Map<String, Integer> largest = new HashMap<>();
        references.forEach(
                reference -> reference.counts().get(k).forEach((run, count) -> largest.merge(run, count, Math::max)));
        return largest;
    }

    private static int closestLength(int words, List<NGrams> references) {
        int closest = references.get(0).words();
        for (NGrams reference : references) {
            int gap = Math.abs(reference.words() - words) - Math.abs(closest - words);
            if (gap < 0 || (gap == 0 && reference.words() < closest)) {
                closest = reference.words();
            }
        }
        return closest;
    }

    private double bleu(List<Matches> matches, int[] picks) {
        double product = 1;
        for (int k = 0; k < longest; k++) {
            double correct = TINY;
            double guessed = SMALL;
            for (int pick : picks) {
                correct += matches.get(pick).correct()[k];
                guessed += matches.get(pick).guessed()[k];
            }
            product *= correct / guessed;
        }
        double captionWords = TINY;
        double referenceWords = SMALL;
        for (int pick : picks) {
            captionWords += matches.get(pick).captionWords();
            referenceWords += matches.get(pick).referenceWords();
        }
        double ratio = captionWords / referenceWords;
        double brevity = ratio < 1 ? Math.exp(1 - 1 / ratio) : 1;
        return Math.pow(product, 1.0 / longest) * brevity;
    }

    private record Matches(int captionWords, int referenceWords, int[] correct, int[] guessed) {}
}
