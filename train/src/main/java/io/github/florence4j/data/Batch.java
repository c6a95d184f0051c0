package io.github.florence4j.data;

import io.github.florence4j.text.Florence2Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * Examples that go through the model together. It may be smaller than asked for: at the end of an epoch, and where pictures
 * could not be read, whose places stay empty. Which samples belong together is thus the same however many of them make a
 * batch.
 *
 * @param examples the examples, none where no picture of the batch could be read
 * @param after where reading goes on after this batch
 */
public record Batch(List<Example> examples, LoaderPosition after) {
    /** The label of padding, which carries no loss. */
    public static final long IGNORED = -100;

    /** Copies the list. */
    public Batch {
        examples = List.copyOf(examples);
    }

    /** The number of examples. */
    public int size() {
        return examples.size();
    }

    /** Whether none of its pictures could be read. */
    public boolean isEmpty() {
        return examples.isEmpty();
    }

    /** The ids, in order. */
    public List<String> ids() {
        return examples.stream().map(Example::id).toList();
    }

    /** The length of the longest prompt in tokens. */
    public int promptLength() {
        return examples.stream().mapToInt(e -> e.promptIds().length).max().orElse(0);
    }

    /** The length of the longest answer in tokens; 0 without answers. */
    public int labelLength() {
        return examples.stream().mapToInt(e -> e.labelIds().length).max().orElse(0);
    }

    /** The number of tokens that carry loss. */
    public long labelTokens() {
        return examples.stream().mapToLong(e -> e.labelIds().length).sum();
    }

    /** The prompts {@code (size, promptLength)}, row by row, padded at the end with {@code <pad>}. */
    public long[] promptIds() {
        return padded(examples.stream().map(Example::promptIds).toList(), promptLength(), Florence2Tokenizer.PAD);
    }

    /** 1 for the tokens of prompts and 0 for padding, {@code (size, promptLength)}. */
    public long[] promptMask() {
        long[] mask = new long[size() * promptLength()];
        for (int row = 0; row < size(); row++) {
            int from = row * promptLength();
            Arrays.fill(mask, from, from + examples.get(row).promptIds().length, 1);
        }
        return mask;
    }

    /** The labels {@code (size, labelLength)}, row by row, padded at the end with {@link #IGNORED}. */
    public long[] labels() {
        return padded(examples.stream().map(Example::labelIds).toList(), labelLength(), IGNORED);
    }

    private static long[] padded(List<int[]> rows, int length, long padding) {
        long[] values = new long[rows.size() * length];
        Arrays.fill(values, padding);
        for (int row = 0; row < rows.size(); row++) {
            int[] ids = rows.get(row);
            for (int i = 0; i < ids.length; i++) {
                values[row * length + i] = ids[i];
            }
        }
        return values;
    }
}
