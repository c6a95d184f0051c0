package io.github.florence4j.train;

import java.util.List;

/**
 * Low-rank adaptation (Hu and others, arXiv 2106.09685).
 *
 * @param rank the inner width of an adapter, 1 or more
 * @param alpha its strength: the adapter's output is scaled by {@code alpha / rank}, above 0
 * @param rankStabilized whether to scale by {@code alpha / sqrt(rank)} instead (Kalajdzievski, arXiv 2312.03732)
 * @param dropout share of an adapter's inputs dropped in training, in [0, 1)
 * @param targets the linear layers to adapt: a last name such as {@code q_proj} means those of the language model, a name
 *     with a dot such as {@code ffn.fc1} any layer whose full name ends so
 */
public record LoraOptions(int rank, double alpha, boolean rankStabilized, double dropout, List<String> targets) {
    /** All projections and feed-forward layers of the language model. */
    public static final List<String> LANGUAGE_MODEL = List.of("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2");

    private static final String LANGUAGE_PREFIX = "model.language_model.";

    /** Checks the ranges. */
    public LoraOptions {
        targets = List.copyOf(targets);
        require(rank >= 1, "rank", rank, "1 or more");
        require(alpha > 0 && Double.isFinite(alpha), "alpha", alpha, "above 0");
        require(dropout >= 0 && dropout < 1, "dropout", dropout, "0 or more and below 1");
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("LoRA has no targets; expected names of linear layers such as q_proj");
        }
    }

    private static void require(boolean valid, String name, Number value, String expected) {
        if (!valid) {
            throw new IllegalArgumentException("LoRA " + name + " is " + value + "; expected " + expected);
        }
    }

    /** What an adapter's output is multiplied by. */
    public double scale() {
        return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
    }

    /** Whether the layer of that full name is a target. */
    boolean matches(String layer) {
        return targets.stream()
                .anyMatch(target -> target.indexOf('.') < 0
                        ? layer.startsWith(LANGUAGE_PREFIX) && layer.endsWith("." + target)
                        : layer.equals(target) || layer.endsWith("." + target));
    }
}
