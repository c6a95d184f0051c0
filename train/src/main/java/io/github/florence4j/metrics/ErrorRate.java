package io.github.florence4j.metrics;

import java.util.List;

/**
 * Character or word error rate: edit distance over the reference's length, micro-averaged over a set (sum of edits over
 * sum of lengths); 0 is best, above 1 is possible. Both sides are normalised by {@link TextNormalization#SPACE}; the
 * case counts. Of several references the one with the lowest rate counts; an empty reference has length 1, so that each
 * character or word written for it is one error.
 *
 * @param name the name in reports
 * @param unit what is counted
 */
public record ErrorRate(String name, Unit unit) implements CorpusMetric<TextSample> {

    /** Character error rate, in code points, spaces included. */
    public static final ErrorRate CER = new ErrorRate("cer", Unit.CHARACTERS);

    /** Word error rate, words being what white space parts. */
    public static final ErrorRate WER = new ErrorRate("wer", Unit.WORDS);

    /** What an error rate counts. */
    public enum Unit {
        /** Unicode code points. */
        CHARACTERS,
        /** What stands between white space. */
        WORDS
    }

    @Override
    public boolean higherIsBetter() {
        return false;
    }

    @Override
    public Tally tally(List<TextSample> samples) {
        List<Errors> errors = samples.stream()
                .map(sample -> errors(sample.prediction(), sample.references()))
                .toList();
        return Tally.ofRatios(
                errors.stream().mapToDouble(Errors::edits).toArray(),
                errors.stream().mapToDouble(Errors::length).toArray());
    }

    /** The rate of one answer. */
    public double score(String prediction, List<String> references) {
        return errors(prediction, references).rate();
    }

    private Errors errors(String prediction, List<String> references) {
        Errors best = errors(prediction, references.get(0));
        for (String reference : references.subList(1, references.size())) {
            Errors other = errors(prediction, reference);
            best = other.rate() < best.rate() ? other : best;
        }
        return best;
    }

    private Errors errors(String prediction, String reference) {
        String answer = TextNormalization.SPACE.apply(prediction);
        String truth = TextNormalization.SPACE.apply(reference);
        return switch (unit) {
            case CHARACTERS ->
                new Errors(
                        Levenshtein.ofCodePoints(answer, truth), Math.max(1, truth.codePointCount(0, truth.length())));
            case WORDS -> {
                List<String> words = WhiteSpace.split(truth);
                yield new Errors(Levenshtein.ofWords(WhiteSpace.split(answer), words), Math.max(1, words.size()));
            }
        };
    }

    private record Errors(int edits, int length) {
        double rate() {
            return (double) edits / length;
        }
    }
}
