package io.github.florence4j.report;

/** Something measured after a number of optimizer steps. */
public sealed interface RunPoint permits TrainingPoint, ValidationPoint {

    /** Optimizer steps done since the beginning of the run; 0 is before the first. */
    long step();

    /** Passes over the training data done, with their fraction. */
    double epoch();

    /** Mean cross-entropy of a label token in nats; not finite when training has broken down. */
    double loss();
}
