package io.github.florence4j.data;

import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.image.ImageProcessor;
import java.io.IOException;

/**
 * Reads, encodes and decodes samples in the background and gives them as batches.
 *
 * <p>The batches, their order and what is drawn depend on source, seed, epoch and options, and not on the number of
 * threads. Sources that know their size are shuffled fully; others in blocks of {@link LoaderOptions#shuffleWindow} records.
 * Source and tokenizer stay the caller's.
 */
public final class SampleLoader {
    private final SampleSource source;
    private final SampleEncoder encoder;
    private final ImageProcessor processor;
    private final ImageDecoder decoder = new ImageDecoder();
    private final LoaderOptions options;
    private final RejectionListener listener;

    /**
     * A loader.
     *
     * @param listener hears of every record left out, when the batch is taken in whose place it would have been
     */
    public SampleLoader(
            SampleSource source,
            SampleEncoder encoder,
            ImageProcessor processor,
            LoaderOptions options,
            RejectionListener listener) {
        this.source = source;
        this.encoder = encoder;
        this.processor = processor;
        this.options = options;
        this.listener = listener;
    }

    /** Whether a shuffled epoch is a full permutation; otherwise only blocks are shuffled, each in itself. */
    public boolean shufflesFully() {
        return source instanceof IndexedSource;
    }

    /** How the order comes about, for logs and reports. */
    public String describeOrder() {
        if (!options.shuffle()) {
            return "in the order of the data";
        }
        return shufflesFully()
                ? "shuffled fully, seed " + options.seed()
                : "shuffled in blocks of " + options.shuffleWindow() + ", seed " + options.seed();
    }

    /** Starts reading an epoch. */
    public BatchStream open(int epoch) throws IOException {
        return open(LoaderPosition.start(epoch));
    }

    /** Goes on where {@link Batch#after} or {@link BatchStream#position} was taken. */
    public BatchStream open(LoaderPosition position) throws IOException {
        return BatchStream.start(
                source, encoder, new PixelReader(decoder, processor, options), options, position, listener);
    }
}
