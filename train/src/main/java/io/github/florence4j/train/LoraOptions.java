package io.github.florence4j.train;

import io.github.florence4j.weights.KeyLayout;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Low-rank adaptation (Hu and others, arXiv 2106.09685).
 *
 * @param rank the inner width of an adapter, 1 or more
 * @param alpha its strength: the adapter's output is scaled by {@code alpha / rank}, above 0
 * @param rankStabilized whether to scale by {@code alpha / sqrt(rank)} instead (Kalajdzievski, arXiv 2312.03732)
 * @param dropout share of an adapter's inputs dropped in training, in [0, 1)
 * @param targets the linear layers to adapt
 * @param rankPattern other ranks by layer, as PEFT's {@code rank_pattern}: the first key that, as a regular expression, fits
 *     a layer's name or what follows a dot in it
 * @param alphaPattern other strengths by layer, likewise
 */
public record LoraOptions(
        int rank,
        double alpha,
        boolean rankStabilized,
        double dropout,
        LoraTargets targets,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern) {

    /** Checks the ranges. */
    public LoraOptions {
        rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
        alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
        requireRank("rank", rank);
        rankPattern.forEach((key, value) -> requireRank("rank of " + key, value));
        requireAlpha("alpha", alpha);
        alphaPattern.forEach((key, value) -> requireAlpha("alpha of " + key, value));
        rankPattern.keySet().forEach(key -> LoraTargets.compile("LoRA rank pattern", key));
        alphaPattern.keySet().forEach(key -> LoraTargets.compile("LoRA alpha pattern", key));
        require(dropout >= 0 && dropout < 1, "dropout", dropout, "0 or more and below 1");
    }

    /** The same rank and strength for all layers. */
    public LoraOptions(int rank, double alpha, boolean rankStabilized, double dropout, LoraTargets targets) {
        this(rank, alpha, rankStabilized, dropout, targets, Map.of(), Map.of());
    }

    private static void requireRank(String name, int rank) {
        require(rank >= 1, name, rank, "1 or more");
    }

    private static void requireAlpha(String name, double alpha) {
        require(alpha > 0 && Double.isFinite(alpha), name, alpha, "above 0");
    }

    private static void require(boolean valid, String name, Number value, String expected) {
        if (!valid) {
            throw new IllegalArgumentException("LoRA " + name + " is " + value + "; expected " + expected);
        }
    }

    /** The rank of a layer's adapter. */
    int rank(String layer) {
        return of(rankPattern, layer).orElse(rank);
    }

    /** The strength of a layer's adapter. */
    double alpha(String layer) {
        return of(alphaPattern, layer).orElse(alpha);
    }

    /** What the output of a layer's adapter is multiplied by. */
    double scale(String layer) {
        int rank = rank(layer);
        return alpha(layer) / (rankStabilized ? Math.sqrt(rank) : rank);
    }

    private static <T> Optional<T> of(Map<String, T> pattern, String layer) {
        return pattern.entrySet().stream()
                .filter(entry -> fits(entry.getKey(), layer))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static boolean fits(String key, String layer) {
        return Arrays.stream(KeyLayout.values())
                .flatMap(layout -> LoraLayers.module(layer, layout).stream())
                .anyMatch(module -> module.matches("(.*\\.)?(" + key + ")"));
    }
}
