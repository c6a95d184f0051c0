package io.github.florence4j.train;

/**
 * The learning rate by step: a linear rise from 0 over the warm-up, then the schedule (reference: {@code get_scheduler} of
 * transformers).
 *
 * @param schedule what follows the warm-up
 * @param peak the highest rate, above 0
 * @param warmUpSteps steps before the peak is reached, 0 or more
 * @param totalSteps all steps, warm-up included
 */
public record LearningRate(Schedule schedule, double peak, long warmUpSteps, long totalSteps) {
    /** The course after the warm-up. */
    public enum Schedule {
        /** Stays at the peak. */
        CONSTANT {
            @Override
            double share(double progress) {
                return 1;
            }
        },
        /** Falls on a line to 0. */
        LINEAR {
            @Override
            double share(double progress) {
                return 1 - progress;
            }
        },
        /** Falls on half a cosine to 0. */
        COSINE {
            @Override
            double share(double progress) {
                return (1 + Math.cos(Math.PI * progress)) / 2;
            }
        };

        /** The share of the peak after a share of the steps behind the warm-up. */
        abstract double share(double progress);
    }

    /** Checks the ranges. */
    public LearningRate {
        if (!(peak > 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("learning rate is " + peak + "; expected above 0");
        }
        if (totalSteps < 1) {
            throw new IllegalArgumentException("number of steps is " + totalSteps + "; expected 1 or more");
        }
        if (warmUpSteps < 0 || warmUpSteps > totalSteps) {
            throw new IllegalArgumentException(
                    "number of warm-up steps is " + warmUpSteps + "; expected 0 to " + totalSteps + ", all steps");
        }
    }

    /** The rate of a step, counted from 0. */
    public double at(long step) {
        if (step < warmUpSteps) {
            return peak * step / warmUpSteps;
        }
        double progress = (double) (step - warmUpSteps) / Math.max(1, totalSteps - warmUpSteps);
        return peak * schedule.share(Math.min(1, progress));
    }
}
