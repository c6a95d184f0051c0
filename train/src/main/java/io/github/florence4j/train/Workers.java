package io.github.florence4j.train;

import io.github.florence4j.torch.Threads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Micro-batches of one step side by side, each on a thread of its own. The workers' leaves are the same memory; each worker
 * has its own gradients, which are added to those of the first in a fixed order, so that the sums are the same every time.
 * For small models this is faster than several threads in one operation, which wait for each other thousands of times a step.
 *
 * <p>Draws (dropout) come from one generator and are not repeatable when several workers draw.
 *
 * @param <S> what a worker steps with, on leaves of its own
 */
public final class Workers<S> implements AutoCloseable {
    /**
     * One micro-batch.
     *
     * @param <S> what a worker steps with
     * @param <R> what is to be known of it
     */
    @FunctionalInterface
    public interface Share<S, R> {
        /** Runs it forward and backward. */
        R on(S step) throws IOException;
    }

    private final List<S> steps = new ArrayList<>();
    private final List<Gradients> gradients = new ArrayList<>();
    private final List<ExecutorService> threads = new ArrayList<>();

    /** One worker: the thread that calls. */
    public Workers(S step, Gradients first) {
        steps.add(step);
        gradients.add(first);
    }

    /**
     * Adds a worker.
     *
     * @param own the gradients of its leaves, under the names of the first worker's
     */
    public void add(S step, Gradients own) {
        int number = threads.size() + 2;
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread worker = new Thread(task, "florence4j-worker-" + number);
            worker.setDaemon(true);
            return worker;
        });
        int operationThreads = Threads.count();
        thread.execute(() -> Threads.setHere(operationThreads)); // OpenMP counts them for each thread that calls
        threads.add(thread);
        steps.add(step);
        gradients.add(own);
    }

    /** How many micro-batches can run at once. */
    public int count() {
        return steps.size();
    }

    /**
     * Runs micro-batches, at most {@link #count} of them; their gradients add up in each worker until {@link #gather}.
     *
     * @return what they gave, in order
     */
    public <R> List<R> run(List<? extends Share<S, R>> shares) throws IOException {
        List<Future<R>> others = new ArrayList<>();
        for (int i = 1; i < shares.size(); i++) {
            Share<S, R> share = shares.get(i);
            S step = steps.get(i);
            others.add(threads.get(i - 1).submit(() -> share.on(step)));
        }
        List<R> results = new ArrayList<>();
        try {
            results.add(shares.get(0).on(steps.get(0)));
        } finally {
            for (Future<R> other : others) {
                results.add(result(other)); // native steps cannot be left half way: all are waited for
            }
        }
        return results;
    }

    private static <R> R result(Future<R> future) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("a worker ended: " + e.getCause(), e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Forgets all gradients. */
    public void clear() {
        gradients.forEach(Gradients::clear);
    }

    /** Adds the gradients of all workers to those of the first. */
    public void gather() {
        gradients.subList(1, gradients.size()).forEach(gradients.get(0)::add);
    }

    /** Ends the threads; steps and gradients are the caller's. */
    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdown);
    }
}
