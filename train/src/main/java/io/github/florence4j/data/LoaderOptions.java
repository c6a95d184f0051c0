package io.github.florence4j.data;

import java.util.function.Predicate;

/**
 * How a {@link SampleLoader} reads.
 *
 * @param batchSize examples of a batch, at least 1
 * @param seed the seed of everything drawn
 * @param shuffle whether the order is drawn; otherwise it is the source's
 * @param shuffleWindow how many samples are shuffled together where the source does not know its size
 * @param bucketWindow how many samples are sorted by length to make batches of like lengths; 0 for none. Their encoded
 *     images are in memory
 * @param threads threads that decode, at least 1
 * @param prefetch how many examples are decoded ahead, at least the batch size; at 768 x 768 one takes 7 MB
 * @param dropLast whether the last batch of an epoch is left out when it is not full
 * @param pixelsWanted asked with an image's SHA-256 whether it is to be decoded; called by several threads
 */
public record LoaderOptions(
        int batchSize,
        long seed,
        boolean shuffle,
        int shuffleWindow,
        int bucketWindow,
        int threads,
        int prefetch,
        boolean dropLast,
        Predicate<String> pixelsWanted) {
    /** Checks the ranges. */
    public LoaderOptions {
        atLeast(1, "batchSize", batchSize);
        atLeast(1, "shuffleWindow", shuffleWindow);
        atLeast(0, "bucketWindow", bucketWindow);
        atLeast(1, "threads", threads);
        atLeast(batchSize, "prefetch", prefetch);
    }

    /** In the source's order, one thread a processor, two batches ahead, no bucketing, all images decoded. */
    public static LoaderOptions inOrder(int batchSize) {
        int threads = Runtime.getRuntime().availableProcessors();
        return new LoaderOptions(batchSize, 0, false, 256, 0, threads, 2 * batchSize, false, hash -> true);
    }

    /** Shuffled by that seed, otherwise as {@link #inOrder}. */
    public static LoaderOptions shuffled(int batchSize, long seed) {
        LoaderOptions order = inOrder(batchSize);
        return new LoaderOptions(
                batchSize,
                seed,
                true,
                order.shuffleWindow,
                0,
                order.threads,
                order.prefetch,
                false,
                order.pixelsWanted);
    }

    /** These options with another seed. */
    public LoaderOptions withSeed(long newSeed) {
        return new LoaderOptions(
                batchSize, newSeed, shuffle, shuffleWindow, bucketWindow, threads, prefetch, dropLast, pixelsWanted);
    }

    /** These options with another window of shuffling for sources of unknown size. */
    public LoaderOptions withShuffleWindow(int samples) {
        return new LoaderOptions(
                batchSize, seed, shuffle, samples, bucketWindow, threads, prefetch, dropLast, pixelsWanted);
    }

    /** These options with batches of like lengths out of that many samples. */
    public LoaderOptions withBucketWindow(int samples) {
        return new LoaderOptions(
                batchSize, seed, shuffle, shuffleWindow, samples, threads, prefetch, dropLast, pixelsWanted);
    }

    /** These options with other threads and another number of examples ahead. */
    public LoaderOptions withThreads(int newThreads, int newPrefetch) {
        return new LoaderOptions(
                batchSize, seed, shuffle, shuffleWindow, bucketWindow, newThreads, newPrefetch, dropLast, pixelsWanted);
    }

    /** These options with the last, smaller batch kept or left out. */
    public LoaderOptions withDropLast(boolean drop) {
        return new LoaderOptions(
                batchSize, seed, shuffle, shuffleWindow, bucketWindow, threads, prefetch, drop, pixelsWanted);
    }

    /** These options, decoding only the images that the predicate asks for by their SHA-256. */
    public LoaderOptions withPixelsWanted(Predicate<String> wanted) {
        return new LoaderOptions(
                batchSize, seed, shuffle, shuffleWindow, bucketWindow, threads, prefetch, dropLast, wanted);
    }

    /** How many samples are planned together. */
    int window() {
        return Math.max(batchSize, bucketWindow);
    }

    private static void atLeast(int least, String name, int value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
        }
    }
}
