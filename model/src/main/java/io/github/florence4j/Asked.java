package io.github.florence4j;

import io.github.florence4j.generation.GeneratedSequence;
import io.github.florence4j.task.ParserKind;
import java.util.List;

/**
 * A prompt, ready to be computed, and what became of it.
 *
 * @param number its number among the prompts of a run
 * @param picture what it is about
 * @param promptIds its ids
 * @param parser the kind of its answer
 * @param outcome takes its answer or its failure, once, from the thread that computes
 */
record Asked(int number, Picture picture, int[] promptIds, ParserKind parser, Outcome outcome) {
    /** What became of a prompt. */
    interface Outcome {
        /**
         * It was answered.
         *
         * @param sequences its answers, best first
         * @param visionMillis time of the vision tower on its picture
         * @param generateMillis time of encoder and decoder while it was there
         */
        void answered(List<GeneratedSequence> sequences, double visionMillis, double generateMillis);

        /** It was not, even by itself. */
        void failed(Throwable cause);
    }
}
