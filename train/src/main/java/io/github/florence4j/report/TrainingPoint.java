package io.github.florence4j.report;

/**
 * One optimizer step. What was not measured is NaN.
 *
 * @param step optimizer steps done, this one included; at least 1
 * @param epoch passes over the training data done, with their fraction
 * @param loss mean cross-entropy of a label token of this step's batch, in nats
 * @param learningRate the rate of this step
 * @param gradientNorm 2-norm of all gradients before clipping
 * @param imagesPerSecond images trained on in a second of wall time
 * @param tokensPerSecond label tokens trained on in a second of wall time
 * @param seconds wall time since the beginning of the run, in seconds
 * @param residentGigabytes resident memory of the process, in 10^9 bytes
 */
public record TrainingPoint(
        long step,
        double epoch,
        double loss,
        double learningRate,
        double gradientNorm,
        double imagesPerSecond,
        double tokensPerSecond,
        double seconds,
        double residentGigabytes)
        implements RunPoint {

    /** Checks the step. */
    public TrainingPoint {
        if (step < 1) {
            throw new IllegalArgumentException("the step of a training point must be at least 1, found " + step);
        }
    }
}
