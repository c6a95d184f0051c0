package io.github.florence4j.data;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts whole numbers of at least 0. */
public final class Histogram {
    private final TreeMap<Integer, Long> counts = new TreeMap<>();
    private long total;
    private long sum;

    /** Counts one number. */
    public void add(int value) {
        counts.merge(value, 1L, Long::sum);
        total++;
        sum += value;
    }

    /** How many numbers were counted. */
    public long total() {
        return total;
    }

    /** The mean, 0 without numbers. */
    public double mean() {
        return total == 0 ? 0 : (double) sum / total;
    }

    /** The smallest number, 0 without numbers. */
    public int min() {
        return counts.isEmpty() ? 0 : counts.firstKey();
    }

    /** The largest number, 0 without numbers. */
    public int max() {
        return counts.isEmpty() ? 0 : counts.lastKey();
    }

    /**
     * The smallest number that at least that part of all numbers does not exceed.
     *
     * @param part 0 to 1; 0.5 is the median
     */
    public int quantile(double part) {
        double wanted = part * total;
        long seen = 0;
        for (Map.Entry<Integer, Long> count : counts.entrySet()) {
            seen += count.getValue();
            if (seen >= wanted) {
                return count.getKey();
            }
        }
        return max();
    }

    /** How many numbers are above {@code limit}. */
    public long above(int limit) {
        return counts.tailMap(limit, false).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** The counts by number, in ascending order; a copy. */
    public Map<Integer, Long> counts() {
        return new TreeMap<>(counts);
    }

    /** Minimum, quantiles, maximum and mean in one line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "min %d, 5%% %d, median %d, 95%% %d, max %d, mean %.1f",
                min(),
                quantile(0.05),
                quantile(0.5),
                quantile(0.95),
                max(),
                mean());
    }

    /** A drawing in text: one line for each of at most {@code rows} ranges of equal width, with its count and a bar. */
    public String bars(int rows) {
        if (total == 0) {
            return "";
        }
        int width = Math.max(1, (max() - min() + rows) / rows);
        TreeMap<Integer, Long> ranges = new TreeMap<>();
        counts.forEach((value, count) -> ranges.merge((value - min()) / width, count, Long::sum));
        long largest = ranges.values().stream().mapToLong(Long::longValue).max().orElse(1);
        StringBuilder text = new StringBuilder();
        for (int range = 0; range <= ranges.lastKey(); range++) {
            long count = ranges.getOrDefault(range, 0L);
            int from = min() + range * width;
            text.append(String.format(Locale.ROOT, "%7d-%-7d %9d %s%n", from, from + width - 1, count, "#".repeat((int)
                            ((40 * count + largest - 1) / largest))));
        }
        return text.toString();
    }
}
