package io.github.florence4j.cli;

import io.github.florence4j.synth.page.DocumentKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What the demo shall do.
 *
 * @param model the model to teach, as the user named it
 * @param mode what trains
 * @param size how much is learned
 * @param seed of documents, order and intervals
 * @param output the folder that it fills
 */
record DemoOptions(String model, Mode mode, Size size, long seed, Path output) {
    /** What trains. */
    enum Mode {
        /** All but the vision tower, whose output is kept in a cache. */
        FROZEN,
        /** Everything. */
        FULL,
        /** Adapters in the language model; the vision tower's output is kept in a cache. */
        LORA;

        /** As it is written on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How much is learned, and on how much it is tried.
     *
     * @param kinds what the documents are
     * @param documents training documents
     * @param testDocuments test documents
     * @param epochs passes over the training questions
     * @param batch questions a step
     */
    record Size(List<DocumentKind> kinds, int documents, int testDocuments, int epochs, int batch) {}

    /** The size that was asked for. */
    static Size size(boolean quick, int documents) {
        Size standard = quick ? DemoRecipe.QUICK : DemoRecipe.WHOLE;
        return documents == 0
                ? standard
                : new Size(
                        standard.kinds(), documents, Math.max(1, documents / 4), standard.epochs(), standard.batch());
    }
}
