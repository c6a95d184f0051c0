package io.github.florence4j.data;

import io.github.florence4j.data.SampleEncoder.Encoded;
import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.RgbImage;
import java.io.IOException;

/** Reads, hashes, decodes and resizes the picture of a sample. Safe for concurrent callers. */
final class PixelReader {
    /** An example, or the reason why there is none. */
    sealed interface Result permits Read, Unreadable {}

    record Read(Example example) implements Result {}

    record Unreadable(RejectedSample rejected) implements Result {}

    private static final byte[] NOTHING = {};

    private final ImageDecoder decoder;
    private final ImageProcessor processor;
    private final LoaderOptions options;

    PixelReader(ImageDecoder decoder, ImageProcessor processor, LoaderOptions options) {
        this.decoder = decoder;
        this.processor = processor;
        this.options = options;
    }

    Result read(Encoded encoded) {
        try {
            return new Read(example(encoded));
        } catch (IOException | IllegalArgumentException e) {
            return new Unreadable(new RejectedSample(encoded.sample().id(), String.valueOf(e.getMessage())));
        }
    }

    private Example example(Encoded encoded) throws IOException {
        Sample sample = encoded.sample();
        RgbImage drawn = sample.image().drawn();
        byte[] file = drawn == null ? sample.image().bytes() : NOTHING;
        String hash = drawn == null ? ImageRef.sha256(file) : sample.image().sha256();
        if (!options.pixelsWanted().test(hash)) {
            return new Example(
                    encoded.index(),
                    sample,
                    hash,
                    null,
                    0,
                    0,
                    encoded.promptIds(),
                    encoded.labelIds(),
                    encoded.truncated());
        }
        RgbImage image = drawn == null ? decoder.decode(file, sample.image().name()) : drawn;
        return new Example(
                encoded.index(),
                sample,
                hash,
                processor.process(image),
                image.width(),
                image.height(),
                encoded.promptIds(),
                encoded.labelIds(),
                encoded.truncated());
    }
}
