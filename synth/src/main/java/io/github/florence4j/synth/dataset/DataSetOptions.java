package io.github.florence4j.synth.dataset;

import io.github.florence4j.synth.page.PageSettings;
import java.util.List;

/**
 * What a data set is to hold.
 *
 * @param documents pages of the training split, at least 0
 * @param testDocuments pages of the test split, at least 0; not both 0
 * @param seed from which everything is drawn
 * @param width of the pages in pixels
 * @param height of the pages in pixels
 * @param settings what pages are like; its split does not count
 * @param parquet whether to write questions as parquet
 * @param csv whether to write questions as CSV, beside their images
 * @param tasks the tasks for which to write JSON lines; none for no such files
 */
public record DataSetOptions(
        int documents,
        int testDocuments,
        long seed,
        int width,
        int height,
        PageSettings settings,
        boolean parquet,
        boolean csv,
        List<ReadingTask> tasks) {

    /** Copies the list and checks that something is to be written. */
    public DataSetOptions {
        tasks = List.copyOf(tasks);
        if (documents < 0 || testDocuments < 0 || documents + (long) testDocuments == 0) {
            throw new IllegalArgumentException("a data set needs at least one document, found " + documents
                    + " for training and " + testDocuments + " for test");
        }
        if (!parquet && !csv && tasks.isEmpty()) {
            throw new IllegalArgumentException("a data set is parquet, CSV or JSON lines; none was asked for");
        }
    }
}
