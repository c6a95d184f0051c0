package io.github.florence4j;

import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A tokenizer that is read on a thread of its own while the weights are loaded, which takes as long or longer. */
final class TokenizerReading {
    private final FutureTask<Florence2Tokenizer> task;

    private TokenizerReading(FutureTask<Florence2Tokenizer> task) {
        this.task = task;
    }

    /** Begins to read the tokenizer of a checkpoint folder. */
    static TokenizerReading start(Path directory) {
        FutureTask<Florence2Tokenizer> task = new FutureTask<>(() -> Florence2Tokenizer.load(directory));
        Thread thread = new Thread(task, "florence4j-tokenizer");
        thread.setDaemon(true);
        thread.start();
        return new TokenizerReading(task);
    }

    /** The tokenizer, which is the caller's from now on. An interruption does not cut this short, and is kept. */
    Florence2Tokenizer take() throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw failure(Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException failure(Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        } else if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof IOException io ? io : new IOException(cause);
    }

    /** Frees it once it is read: something else failed. */
    void discard() {
        try {
            take().close();
        } catch (IOException | RuntimeException | Error e) {
            // The other failure is the one to tell.
        }
    }
}
