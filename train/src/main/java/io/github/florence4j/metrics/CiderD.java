package io.github.florence4j.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CIDEr-D (Vedantam et al., CVPR 2015) as pycocoevalcap defines it: tf-idf vectors of 1..4 words, idf from the references
 * of the set, clipped cosine similarity with a Gaussian penalty (sigma 6) on the difference of lengths, averaged over n
 * and the references, times ten; 0..10. The length is the number of word pairs, as in the reference. A set of one image
 * scores 0 because every idf is 0. A selection of samples is scored with the idf of the whole set. Words are those of a
 * Penn-Treebank-like tokenizer without punctuation.
 */
public record CiderD() implements CorpusMetric<TextSample> {
    private static final int LONGEST = 4;
    private static final double SIGMA = 6;

    @Override
    public String name() {
        return "cider-d";
    }

    @Override
    public Tally tally(List<TextSample> samples) {
        List<List<NGrams>> references = samples.stream()
                .map(sample -> sample.references().stream().map(CiderD::grams).toList())
                .toList();
        Idf idf = Idf.of(references);
        double[] scores = new double[samples.size()];
        for (int i = 0; i < scores.length; i++) {
            Vector caption = idf.vector(grams(samples.get(i).prediction()));
            scores[i] = references.get(i).stream()
                    .mapToDouble(reference -> 10 * similarity(caption, idf.vector(reference)))
                    .average()
                    .orElseThrow();
        }
        return Tally.ofMeans(scores);
    }

    private static NGrams grams(String text) {
        return NGrams.of(CaptionTokens.of(text), LONGEST);
    }

    private static double similarity(Vector caption, Vector reference) {
        double sum = 0;
        for (int k = 0; k < LONGEST; k++) {
            Map<String, Double> weights = reference.weights().get(k);
            double dot = 0;
            for (Map.Entry<String, Double> run : caption.weights().get(k).entrySet()) {
                double weight = weights.getOrDefault(run.getKey(), 0.0);
                dot += Math.min(run.getValue(), weight) * weight;
            }
            double norms = caption.norms()[k] * reference.norms()[k];
            sum += norms == 0 ? dot : dot / norms;
        }
        double difference = caption.pairs() - reference.pairs();
        return sum / LONGEST * Math.exp(-difference * difference / (2 * SIGMA * SIGMA));
    }

    /** In how many images' references each n-gram occurs. */
    private record Idf(double logImages, Map<String, Integer> images) {

        static Idf of(List<List<NGrams>> references) {
            Map<String, Integer> images = new HashMap<>();
            for (List<NGrams> image : references) {
                Set<String> runs = new HashSet<>();
                image.forEach(reference -> reference.counts().forEach(counts -> runs.addAll(counts.keySet())));
                runs.forEach(run -> images.merge(run, 1, Integer::sum));
            }
            return new Idf(Math.log(references.size()), images);
        }

        Vector vector(NGrams grams) {
            List<Map<String, Double>> weights = new ArrayList<>();
            double[] norms = new double[LONGEST];
            for (int k = 0; k < LONGEST; k++) {
                Map<String, Double> weighted = new HashMap<>();
                double squares = 0;
                for (Map.Entry<String, Integer> run : grams.counts().get(k).entrySet()) {
                    double idf = logImages - Math.log(images.getOrDefault(run.getKey(), 1));
                    double weight = run.getValue() * idf;
                    weighted.put(run.getKey(), weight);
                    squares += weight * weight;
                }
                weights.add(weighted);
                norms[k] = Math.sqrt(squares);
            }
            return new Vector(weights, norms, Math.max(0, grams.words() - 1));
        }
    }

    private record Vector(List<Map<String, Double>> weights, double[] norms, int pairs) {}
}
