package io.github.florence4j.finetune;

import io.github.florence4j.data.Batch;
import io.github.florence4j.data.BatchStream;
import io.github.florence4j.data.Example;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.train.ImageInput;
import io.github.florence4j.train.TrainingBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Finds the largest batch that fits in memory at once, without micro-batches, by trying: 1, 2, 4 and so on examples as long as the longest of the first few
 * hundred go forward and backward, and the growth of the process from one size to the next tells what the next would
 * take. Weights and random numbers are afterwards as they were.
 */
final class BatchSizeSearch {
    private static final int LARGEST = 256;
    private static final int LOOKED_AT = 256;
    /** The share of the available memory that may be taken. */
    private static final double SHARE = 0.85;

    /** Batches whose pixels are on Java's heap at once: one in use, one next, one read ahead, and room for the rest. */
    private static final long HEAP_BATCHES = 4;

    private BatchSizeSearch() {}

    /**
     * The largest size that fits, a power of two, or a divisor of the global batch if there is one.
     *
     * @throws TrainingFailedException when not even one example fits, or the machine does not tell its memory
     */
    static int largest(TrainingSession session) throws IOException {
        OptionalLong available = MachineMemory.available();
        if (available.isEmpty() || NativeMemory.peakResident().isEmpty()) {
            throw new TrainingFailedException(
                    "batch-size is auto, but this system does not tell its memory; expected a number");
        }
        long start = NativeMemory.resident().orElseThrow();
        long budget = start + (long) (available.getAsLong() * SHARE) - optimizerBytes(session);
        Lengths lengths = Lengths.of(session);
        byte[] random = Seeds.state();
        try {
            int fits = 0;
            long peak = start;
            long heap = Runtime.getRuntime().maxMemory() / (HEAP_BATCHES * pixelBytes(session));
            for (int size : sizes(session.config.training().globalBatch(), session.train.count())) {
                if (size > 1 && size > heap) {
                    break;
                }
                long growth = fits == 0 ? 0 : Math.max(0, peak - start) / fits * (size - fits);
                if (peak + growth > budget) {
                    break;
                }
                attempt(session, lengths, size);
                peak = NativeMemory.peakResident().orElseThrow();
                if (peak > budget) {
                    break;
                }
                fits = size;
            }
            if (fits == 0) {
                throw new TrainingFailedException("one example does not fit into the memory that is available, "
                        + available.getAsLong() / 1_000_000 + " MB; freeze parts, or use gradient-checkpointing or"
                        + " lora-rank");
            }
            return fits;
        } finally {
            session.gradients.clear();
            Seeds.restore(random);
        }
    }

    private static long pixelBytes(TrainingSession session) {
        return 3L
                * session.processor.config().height()
                * session.processor.config().width()
                * Float.BYTES;
    }

    /** AdamW's two means, which take memory with the first step. */
    private static long optimizerBytes(TrainingSession session) {
        return session.model.parameters().values().stream()
                .mapToLong(parameter -> 2 * parameter.numel() * Float.BYTES)
                .sum();
    }

    /** The sizes to try, rising. */
    static List<Integer> sizes(int globalBatch, long samples) {
        List<Integer> sizes = new ArrayList<>();
        for (int size = 1; size <= Math.min(LARGEST, samples); size++) {
            boolean candidate = globalBatch == 0 ? Integer.bitCount(size) == 1 : globalBatch % size == 0;
            if (candidate) {
                sizes.add(size);
            }
        }
        return sizes;
    }

    /** The longest prompt and answer among the first records. */
    private record Lengths(int prompt, int answer) {
        static Lengths of(TrainingSession session) throws IOException {
            int prompt = 3;
            int answer = 3;
            int seen = 0;
            try (BatchStream batches = session.lengthsOnly().open(0)) {
                Optional<Batch> batch = batches.next();
                while (batch.isPresent() && seen < LOOKED_AT) {
                    for (Example example : batch.get().examples()) {
                        prompt = Math.max(prompt, example.promptIds().length);
                        answer = Math.max(answer, example.labelIds().length);
                    }
                    seen += batch.get().size();
                    batch = batches.next();
                }
            }
            return new Lengths(prompt, answer);
        }
    }

    private static void attempt(TrainingSession session, Lengths lengths, int size) {
        try (PointerScope scope = new PointerScope()) {
            int height = session.processor.config().height();
            int width = session.processor.config().width();
            Tensor pixels = torch.zeros(size, 3, height, width).to(session.device, torch.ScalarType.Float);
            long[] prompt = new long[size * lengths.prompt];
            long[] labels = new long[size * lengths.answer];
            int[] promptLengths = new int[size];
            Arrays.fill(promptLengths, lengths.prompt);
            session.step.accumulateAtOnce(new TrainingBatch(
                    new ImageInput(ImageInput.Stage.PIXELS, pixels),
                    Tensors.ofLongs(session.device, prompt).view(size, lengths.prompt),
                    promptLengths,
                    Tensors.ofLongs(session.device, labels).view(size, lengths.answer)));
        }
    }
}
