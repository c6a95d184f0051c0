package io.github.florence4j.train;

import io.github.florence4j.nn.Targets;
import io.github.florence4j.torch.Tensors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A batch whose answers differ much in length, as two: the padding behind short answers would cost as much as the text of the
 * long ones. Both parts share the pictures, which are computed once.
 */
final class LengthGroups {
    private static final int LEAST_SAVED = 128; // label tokens; below, a second pass costs more
    private static final int FEWEST = 2;

    private LengthGroups() {}

    /**
     * The parts of a batch, one or two.
     *
     * @param batch of which the pictures are visual tokens already
     */
    static List<TrainingBatch> of(TrainingBatch batch) {
        long[] lengths = lengths(batch.labels());
        Integer[] order = IntStream.range(0, lengths.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingLong(row -> -lengths[row]));
        int best = 0;
        long mostSaved = 0;
        for (int first = FEWEST; first <= order.length - FEWEST; first++) {
            long saved = (order.length - first) * (lengths[order[0]] - lengths[order[first]]);
            if (saved > mostSaved) {
                mostSaved = saved;
                best = first;
            }
        }
        if (mostSaved < LEAST_SAVED) {
            return List.of(batch);
        }
        return List.of(part(batch, lengths, order, 0, best), part(batch, lengths, order, best, order.length));
    }

    private static long[] lengths(Tensor labels) {
        Tensor counts = labels.ne(new Scalar(Targets.IGNORED)).sum(1);
        return Tensors.longs(counts);
    }

    private static TrainingBatch part(TrainingBatch batch, long[] lengths, Integer[] order, int from, int to) {
        int[] rows = Arrays.stream(order, from, to)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
        int[] promptLengths =
                Arrays.stream(rows).map(row -> batch.promptLengths()[row]).toArray();
        long longestPrompt = Arrays.stream(promptLengths).max().orElse(0);
        long longestAnswer =
                Arrays.stream(rows).mapToLong(row -> lengths[row]).max().orElse(0);
        Tensor index = Tensors.ofLongs(
                batch.labels().device(), Arrays.stream(rows).asLongStream().toArray());
        return new TrainingBatch(
                batch.image().select(index),
                batch.promptIds().index_select(0, index).narrow(1, 0, longestPrompt),
                promptLengths,
                batch.labels().index_select(0, index).narrow(1, 0, longestAnswer));
    }
}
