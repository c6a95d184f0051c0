package io.github.florence4j.cli;

import java.util.Locale;

/** What a synthetic data set is written as. */
enum SynthFormat {
    /** Questions and answers in the columns of DocumentVQA. */
    PARQUET,
    /** Prompts and answers of the reading tasks, with the images beside them. */
    JSONL,
    /** Questions as a CSV table, with the images beside it. */
    CSV;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
