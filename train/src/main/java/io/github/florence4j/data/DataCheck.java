package io.github.florence4j.data;

import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.image.RgbImage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source once and reports what training would meet: counts, lengths, image sizes, what is too long, what is bad, what is
 * there twice. Every distinct image is decoded. A check of one source after another tells what they share: first the
 * training data, then the validation data.
 */
public final class DataCheck {
    private static final int AHEAD = 32;

    private final TextLengths lengths;
    private final int threads;
    private final ImageDecoder decoder = new ImageDecoder();
    private Map<String, String> earlierImages = Map.of();
    private Map<String, String> earlierQuestions = Map.of();

    /** The picture of one sample: its hash, and its size in pixels where it was new. */
    private record Picture(String hash, int width, int height) {}

    private record Pending(Sample sample, Future<Picture> picture) {}

    /**
     * A check.
     *
     * @param encoder its limits say what is too long
     * @param threads threads that decode, at least 1
     */
    public DataCheck(SampleEncoder encoder, int threads) {
        this(TextLengths.inTokens(encoder), threads);
    }

    /** A check without a tokenizer: it counts characters and knows no limits. */
    public DataCheck(int threads) {
        this(TextLengths.inCharacters(), threads);
    }

    private DataCheck(TextLengths lengths, int threads) {
        this.lengths = lengths;
        this.threads = threads;
    }

    /**
     * Reads a source, and compares it with the one that this check read before, if any.
     *
     * @param limit the most records to read
     * @param progress hears how many records have been read
     * @throws IOException if the data cannot be read at all
     */
    public DataReport run(SampleSource source, long limit, LongConsumer progress) throws IOException {
        DataReport report = new DataReport(source.name(), lengths.unit(), lengths.maxPrompt(), lengths.maxAnswer());
        ExecutorService decoders = Executors.newFixedThreadPool(threads);
        Run run = new Run(report, decoders);
        try (SampleReader reader = source.open(new Pass(0, 0), 0)) {
            long read = 0;
            for (Entry entry = next(reader, read, limit); entry != null; entry = next(reader, ++read, limit)) {
                run.entry(entry);
                progress.accept(read + 1);
            }
            run.finish();
        } finally {
            decoders.shutdownNow();
        }
        earlierImages = run.images;
        earlierQuestions = run.questions;
        return report;
    }

    private static @Nullable Entry next(SampleReader reader, long read, long limit) throws IOException {
        return read < limit ? reader.next() : null;
    }

    /** The state of reading one source. */
    private final class Run {
        private final DataReport report;
        private final ExecutorService decoders;
        private final Deque<Pending> pending = new ArrayDeque<>();
        private final Set<String> readable = ConcurrentHashMap.newKeySet();
        private final Map<String, String> images = new HashMap<>();
        private final Map<String, String> questions = new HashMap<>();

        Run(DataReport report, ExecutorService decoders) {
            this.report = report;
            this.decoders = decoders;
        }

        void entry(Entry entry) throws IOException {
            if (entry instanceof Sample sample) {
                if (!words(sample)) {
                    return;
                }
                pending.add(new Pending(sample, decoders.submit(() -> picture(sample.image()))));
                if (pending.size() > AHEAD) {
                    image(pending.remove());
                }
            } else {
                report.rejected().add(entry.id() + ": " + ((RejectedSample) entry).reason());
            }
        }

        void finish() throws IOException {
            while (!pending.isEmpty()) {
                image(pending.remove());
            }
        }

        /** Whether there is a prompt, without which a sample is none. */
        private boolean words(Sample sample) {
            int prompt;
            try {
                prompt = lengths.prompt(sample);
            } catch (SampleEncoder.Rejected e) {
                report.rejected().add(sample.id() + ": " + e.reason());
                return false;
            }
            report.sample(sample);
            report.prompt(sample, prompt);
            if (!sample.answers().isEmpty()) {
                report.answer(sample, lengths.answer(sample.answers().get(0)));
            }
            return true;
        }

        /** Decodes a picture, unless one with the same content was readable. */
        private Picture picture(ImageRef image) throws IOException {
            byte[] file = image.bytes();
            String hash = ImageRef.sha256(file);
            if (readable.contains(hash)) {
                return new Picture(hash, 0, 0);
            }
            RgbImage picture = decoder.decode(file, image.name());
            return readable.add(hash) ? new Picture(hash, picture.width(), picture.height()) : new Picture(hash, 0, 0);
        }

        private void image(Pending taken) throws IOException {
            String id = taken.sample().id();
            try {
                Picture picture = taken.picture().get();
                if (picture.width() > 0) {
                    report.distinctImage(picture.width(), picture.height());
                }
                compare(id, picture.hash(), taken.sample().prompt());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("checking the data was interrupted");
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof IOException || e.getCause() instanceof IllegalArgumentException)) {
                    throw new IllegalStateException("the image of " + id + " cannot be checked", e.getCause());
                }
                report.unreadable().add(id + ": " + e.getCause().getMessage());
            }
        }

        private void compare(String id, String hash, String prompt) {
            images.putIfAbsent(hash, id);
            String question = hash + prompt;
            String same = questions.putIfAbsent(question, id);
            if (same != null) {
                report.duplicates().add(id + " repeats " + same);
            }
            if (earlierImages.containsKey(hash)) {
                report.sharedImages().add(id + " has the image of " + earlierImages.get(hash));
            }
            if (earlierQuestions.containsKey(question)) {
                report.sharedQuestions().add(id + " is " + earlierQuestions.get(question));
            }
        }
    }
}
