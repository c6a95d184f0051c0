package io.github.florence4j.pretrain;

import io.github.florence4j.finetune.Precision;

/**
 * A stage in which the vision tower alone learns which characters lie where.
 *
 * @param name the folder of the stage
 * @param pages what is read, as in {@link io.github.florence4j.data.SynthPages}
 * @param steps optimizer steps
 * @param batchSize pages of a step
 * @param lr the highest learning rate; it falls on half a cosine
 * @param warmupSteps steps before it is reached
 * @param weightDecay AdamW's decay of matrices
 * @param nothing weight of a slot without a character in the loss, where one with a character has 1
 * @param precision the type of matrix products
 * @param evalEvery steps between measurements on pages of the test split
 * @param saveEvery steps between checkpoints
 * @param workers parts of a batch that run side by side, each on a thread of its own
 */
public record WarmUp(
        String name,
        String pages,
        int steps,
        int batchSize,
        double lr,
        int warmupSteps,
        double weightDecay,
        double nothing,
        Precision precision,
        int evalEvery,
        int saveEvery,
        int workers) {
    /** 4,000 steps of 32 pages at 2e-3. */
    static final WarmUp DEFAULTS =
            new WarmUp("glyphs", "synth:lines?size=192", 4000, 32, 2e-3, 100, 0.01, 0.25, Precision.FP32, 500, 500, 1);

    /** Checks the ranges. */
    public WarmUp {
        precision = precision.resolve();
        if (steps < 1
                || batchSize < 1
                || workers < 1
                || batchSize % workers != 0
                || evalEvery < 1
                || saveEvery < 1
                || !(lr > 0)
                || !(nothing > 0)) {
            throw new IllegalArgumentException("the warm-up " + name + " has " + steps + " steps of " + batchSize
                    + " pages at " + lr + ", weight " + nothing + " of nothing, eval-every " + evalEvery
                    + ", save-every " + saveEvery + " and " + workers
                    + " workers; expected all above 0, and pages that the workers can share evenly");
        }
    }
}
