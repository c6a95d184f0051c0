package io.github.florence4j.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The boxes of one category over all images, surest first, and what each came to: accumulate of COCOeval. */
final class CategoryMatches {
    private static final int THRESHOLDS = CocoDetection.thresholds().length;
    private static final double[] RECALLS =
            IntStream.rangeClosed(0, 100).mapToDouble(i -> i * 0.01).toArray();
    private static final double EPSILON = Math.ulp(1.0);

    private final int[] images;
    private final int[] ranks;
    private final byte[][][] outcomes;
    private final List<Positives> positives;

    private CategoryMatches(int[] images, int[] ranks, byte[][][] outcomes, List<Positives> positives) {
        this.images = images;
        this.ranks = ranks;
        this.outcomes = outcomes;
        this.positives = positives;
    }

    /** Mean over the IoU thresholds of the mean precision at 101 recalls; NaN without a true box. */
    double averagePrecision(AreaRange area, int[] copies) {
        return IntStream.range(0, THRESHOLDS)
                .mapToDouble(t -> precision(area, t, copies))
                .average()
                .orElseThrow();
    }

    /** Mean over the IoU thresholds of the recall; NaN without a true box. */
    double averageRecall(AreaRange area, int mostBoxes, int[] copies) {
        long truths = truths(area, copies);
        return IntStream.range(0, THRESHOLDS)
                .mapToDouble(t -> (double) hits(area, t, mostBoxes, copies) / truths)
                .average()
                .orElseThrow();
    }

    /**
     * Mean precision at 101 recalls at one IoU threshold; NaN without a true box.
     *
     * @param copies how often each image counts
     */
    double precision(AreaRange area, int threshold, int[] copies) {
        long truths = truths(area, copies);
        if (truths == 0) {
            return Double.NaN;
        }
        byte[] outcome = outcomes[area.ordinal()][threshold];
        // Recall rises, and precision peaks, at hits: the curve needs no other points.
        double[] precision = new double[Math.toIntExact(truths)];
        int hits = 0;
        long misses = 0;
        for (int d = 0; d < outcome.length; d++) {
            int count = copies[images[d]];
            if (outcome[d] == ImageMatches.MISS) {
                misses += count;
            } else if (outcome[d] == ImageMatches.HIT) {
                for (int copy = 0; copy < count; copy++) {
                    hits++;
                    precision[hits - 1] = hits / (misses + hits + EPSILON);
                }
            }
        }
        return meanPrecision(Arrays.copyOf(precision, hits), truths);
    }

    /** The mean over the recalls wanted of the best precision at that recall or a higher one. */
    private static double meanPrecision(double[] precisionAtHit, long truths) {
        for (int i = precisionAtHit.length - 1; i > 0; i--) {
            precisionAtHit[i - 1] = Math.max(precisionAtHit[i - 1], precisionAtHit[i]);
        }
        double sum = 0;
        int hit = 0;
        for (double wanted : RECALLS) {
            while (hit < precisionAtHit.length && (hit + 1.0) / truths < wanted) {
                hit++;
            }
            if (hit == precisionAtHit.length) {
                break;
            }
            sum += precisionAtHit[hit];
        }
        return sum / RECALLS.length;
    }

    private long hits(AreaRange area, int threshold, int mostBoxes, int[] copies) {
        byte[] outcome = outcomes[area.ordinal()][threshold];
        long hits = 0;
        for (int d = 0; d < outcome.length; d++) {
            if (outcome[d] == ImageMatches.HIT && ranks[d] < mostBoxes) {
                hits += copies[images[d]];
            }
        }
        return hits;
    }

    private long truths(AreaRange area, int[] copies) {
        long count = 0;
        for (Positives image : positives) {
            count += (long) copies[image.image()] * image.counts()[area.ordinal()];
        }
        return count;
    }

    private record Positives(int image, int[] counts) {}

    /** Gathers the images, in order. */
    static final class Builder {
        private final List<Entry> entries = new ArrayList<>();
        private final List<Positives> positives = new ArrayList<>();

        void add(int image, ImageMatches matches) {
            for (int rank = 0; rank < matches.boxes().size(); rank++) {
                entries.add(new Entry(image, rank, matches.boxes().get(rank).score(), matches));
            }
            positives.add(new Positives(image, matches.positives()));
        }

        CategoryMatches build() {
            entries.sort(Comparator.comparingDouble(Entry::score).reversed());
            byte[][][] outcomes = new byte[AreaRange.values().length][THRESHOLDS][entries.size()];
            for (int a = 0; a < outcomes.length; a++) {
                for (int t = 0; t < THRESHOLDS; t++) {
                    for (int d = 0; d < entries.size(); d++) {
                        Entry entry = entries.get(d);
                        outcomes[a][t][d] = entry.matches().outcomes()[a][t][entry.rank()];
                    }
                }
            }
            return new CategoryMatches(
                    entries.stream().mapToInt(Entry::image).toArray(),
                    entries.stream().mapToInt(Entry::rank).toArray(),
                    outcomes,
                    List.copyOf(positives));
        }

        private record Entry(int image, int rank, double score, ImageMatches matches) {}
    }
}
