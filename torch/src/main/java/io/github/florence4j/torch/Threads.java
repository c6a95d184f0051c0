package io.github.florence4j.torch;

import org.bytedeco.pytorch.global.torch;

/** The threads that one libtorch operation may use. */
public final class Threads {
    private Threads() {}

    /** The threads that one operation may use. */
    public static int count() {
        return torch.get_num_threads();
    }

    /**
     * Sets how many threads one operation may use, in this process.
     *
     * @throws IllegalArgumentException when {@code count} is below 1
     */
    public static void set(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("the number of threads is " + count + "; expected 1 or more");
        }
        torch.set_num_threads(count);
    }
}
