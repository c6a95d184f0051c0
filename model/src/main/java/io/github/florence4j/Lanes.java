package io.github.florence4j;

import io.github.florence4j.torch.Threads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Prompts that several runs take from one queue, each run on a platform thread of its own with its share of the native
 * threads. The operations of a small network are so short that several threads within one mostly wait for each other.
 */
final class Lanes implements Inference.Prompts {
    private static final ReentrantLock RUNNING = new ReentrantLock();

    private final Deque<Asked> waiting;

    /** Lanes for those prompts, which are given out in their order. */
    Lanes(Collection<Asked> prompts) {
        this.waiting = new ArrayDeque<>(prompts);
    }

    @Override
    public synchronized List<Asked> next(int room, boolean idle) {
        List<Asked> taken = new ArrayList<>();
        while (taken.size() < room && !waiting.isEmpty()) {
            taken.add(waiting.remove());
        }
        return taken;
    }

    /** Frees none: another lane may be looking at them. Whoever made the pictures frees them after all lanes. */
    @Override
    public void ended(Collection<Picture> unanswered) {}

    /**
     * Runs the same work on several threads, and returns or throws when all have ended. The first failure, or an interruption
     * of the caller, interrupts them. While they run, other callers wait: the number of threads that a lane sets is also where
     * threads of others would begin.
     *
     * @param work answers prompts until no more come; gives milliseconds
     * @return the milliseconds of the slowest
     * @throws CancellationException when the caller is interrupted, which clears its interruption
     */
    static double run(int count, Callable<Double> work) {
        try {
            RUNNING.lockInterruptibly();
        } catch (InterruptedException e) {
            throw cancelled(e);
        }
        int threads = Threads.count();
        ExecutorService pool = Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, "florence4j-lane");
            thread.setDaemon(true);
            return thread;
        });
        ExecutorCompletionService<Double> lanes = new ExecutorCompletionService<>(pool);
        int begun = 0;
        Throwable failure = null;
        try {
            while (begun < count) {
                lanes.submit(() -> {
                    Threads.setHere(Math.max(1, threads / count));
                    return work.call();
                });
                begun++;
            }
        } catch (RuntimeException
                | Error e) { // no more threads: those that run must end before their pictures are freed
            failure = e;
            pool.shutdownNow();
        }
        try {
            return awaitAll(begun, lanes, pool, failure);
        } finally {
            pool.shutdown();
            Threads.setHere(threads);
            RUNNING.unlock();
        }
    }

    private static double awaitAll(
            int count, ExecutorCompletionService<Double> lanes, ExecutorService pool, @Nullable Throwable before) {
        double millis = 0;
        Throwable failure = before;
        InterruptedException interruption = null;
        for (int left = count; left > 0; ) {
            try {
                millis = Math.max(millis, lanes.take().get());
                left--;
            } catch (ExecutionException e) {
                failure = failure == null ? Objects.requireNonNullElse(e.getCause(), e) : failure;
                pool.shutdownNow();
                left--;
            } catch (InterruptedException e) {
                interruption = e; // native steps cannot be left half way: all are waited for
                pool.shutdownNow();
            }
        }
        if (interruption != null) {
            throw cancelled(interruption);
        }
        rethrow(failure);
        return millis;
    }

    private static CancellationException cancelled(InterruptedException cause) {
        CancellationException cancelled = new CancellationException("interrupted while lanes were computing");
        cancelled.initCause(cause);
        return cancelled;
    }

    private static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException cause) {
            throw cause;
        }
        if (failure instanceof Error cause) {
            throw cause;
        }
        if (failure != null) {
            throw new IllegalStateException("a lane ended: " + failure, failure);
        }
    }
}
