package io.github.florence4j;

import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.image.ImageProcessor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run over many requests: the calling thread prepares images ahead of the thread that computes, and hands on what is done,
 * in order.
 */
final class AnswerRun {
    private final Answering answering;
    private final ImageProcessor processor;
    private final RunOptions options;
    private final boolean refusing;
    private final Deque<RunItem> items = new ArrayDeque<>(); // not handed on yet, in order
    private @Nullable RuntimeException sourceFailure; // what was given before is answered first
    private int prompts;
    private long bytes;

    private final ReentrantLock lock = new ReentrantLock(); // a monitor would hold the carrier of a virtual thread
    private final Condition change = lock.newCondition();
    private final Deque<Asked> ready = new ArrayDeque<>(); // guarded by the lock
    private boolean complete; // guarded by the lock: nothing more becomes ready
    private boolean ended; // guarded by the lock: nothing more is computed

    /**
     * A run.
     *
     * @param refusing whether all requests are one item, and one that cannot be asked ends the run before anything is
     *     computed
     */
    AnswerRun(Answering answering, ImageProcessor processor, RunOptions options, boolean refusing) {
        this.answering = answering;
        this.processor = processor;
        this.options = options;
        this.refusing = refusing;
    }

    /**
     * Runs.
     *
     * @param source gives requests that belong together; asked ahead of the results
     * @param results takes the items in order, when every prompt of theirs is done
     * @return milliseconds of encoder and decoder
     * @throws RuntimeException what the source threw, when all that it gave before is answered and handed on
     */
    double run(
            ExecutorService engine,
            Iterator<? extends List<? extends Request<?>>> source,
            TokenListener listener,
            Consumer<RunItem> results) {
        Future<Double> computed = start(engine, listener);
        try {
            while (true) {
                handOn(results);
                boolean room = hasRoom();
                if (room && hasUnprepared(source)) {
                    items.getLast().prepare(processor).ifPresent(this::add);
                } else if (room && refusing && !allReady()) {
                    end();
                } else if (items.isEmpty() || !awaitProgress(!room)) {
                    break;
                }
            }
            end();
            double millis = computed.get();
            if (sourceFailure != null) {
                throw sourceFailure;
            }
            return millis;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the request was interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CancellationException cancelled) {
                throw cancelled;
            }
            if (e.getCause() instanceof IllegalArgumentException invalid) {
                throw invalid;
            }
            throw InferenceException.of(Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            end();
            computed.cancel(true);
        }
    }

    private Future<Double> start(ExecutorService engine, TokenListener listener) {
        try {
            return engine.submit(() -> {
                try {
                    return answering.compute(this::next, options, listener);
                } finally {
                    ended();
                }
            });
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("the model is closed", e);
        }
    }

    private void handOn(Consumer<RunItem> results) {
        while (!items.isEmpty() && items.getFirst().isDone()) {
            RunItem done = items.removeFirst();
            bytes -= done.bytes();
            results.accept(done);
        }
    }

    /** Whether there is a prompt to prepare; takes requests from the source while they leave room for others on the heap. */
    private boolean hasUnprepared(Iterator<? extends List<? extends Request<?>>> source) {
        while (items.isEmpty() || !items.getLast().hasUnprepared()) {
            boolean full = bytes > Runtime.getRuntime().maxMemory() / 6 || items.size() >= 4 * options.atOnce();
            if (full && !items.isEmpty()) {
                return false;
            }
            List<? extends Request<?>> requests = next(source);
            if (requests == null) {
                return false;
            }
            RunItem item = new RunItem(requests, answering, options, prompts, this::changed);
            if (refusing) {
                item.refusal().ifPresent(refused -> {
                    throw refused;
                });
            }
            prompts += item.prompts();
            bytes += item.bytes();
            items.addLast(item);
        }
        return true;
    }

    /** What belongs together; null when the source gives no more, or has failed. */
    private @Nullable List<? extends Request<?>> next(Iterator<? extends List<? extends Request<?>>> source) {
        try {
            return sourceFailure == null && source.hasNext() ? source.next() : null;
        } catch (RuntimeException e) {
            sourceFailure = e;
            return null;
        }
    }

    private boolean hasRoom() {
        lock.lock();
        try {
            return ready.size() < options.atOnce() && !ended;
        } finally {
            lock.unlock();
        }
    }

    private boolean allReady() {
        lock.lock();
        try {
            return complete;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until an item can be handed on or, if that is missing, there is room; false when nothing is computed any more. */
    private boolean awaitProgress(boolean roomIsMissing) throws InterruptedException {
        lock.lock();
        try {
            while (!items.getFirst().isDone() && !ended && !(roomIsMissing && hasRoom())) {
                change.await();
            }
            return items.getFirst().isDone() || !ended;
        } finally {
            lock.unlock();
        }
    }

    /**
     * See {@link Inference.Prompts}. Where all requests are there from the beginning it waits for as many as there is room for,
     * so that it does not depend on the clock which of them are computed together: below fp32 that can change answers.
     */
    private List<Asked> next(int room, boolean idle) {
        lock.lock();
        try {
            while (!complete && (refusing ? ready.size() < room : idle && ready.isEmpty())) {
                change.await();
            }
            List<Asked> taken = new ArrayList<>();
            while (taken.size() < room && !ready.isEmpty()) {
                taken.add(ready.remove());
            }
            change.signalAll();
            return taken;
        } catch (InterruptedException e) {
            throw new CancellationException("the request was interrupted");
        } finally {
            lock.unlock();
        }
    }

    private void add(Asked asked) {
        change(() -> ready.add(asked));
    }

    private void changed() {
        change(() -> {});
    }

    /** No more prompts become ready: whoever computes may end. */
    private void end() {
        change(() -> complete = true);
    }

    private void ended() {
        change(() -> ended = true);
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            what.run();
            change.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
