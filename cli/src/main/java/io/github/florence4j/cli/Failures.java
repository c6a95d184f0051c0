package io.github.florence4j.cli;

import io.github.florence4j.InferenceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** Failures as sentences for an end user. */
final class Failures {
    private Failures() {}

    /** What went wrong, in one sentence. */
    static String sentence(Throwable failure) {
        if (InferenceException.isOutOfMemory(failure)) {
            return "out of memory: use a smaller batch, fewer beams or fewer new tokens, or give the process more"
                    + " (FLORENCE4J_JAVA_OPTS=-Xmx4g raises the Java part)";
        }
        if (failure instanceof UncheckedIOException wrapped) {
            return sentence(Objects.requireNonNullElse(wrapped.getCause(), wrapped));
        }
        if (failure instanceof FileSystemException e) {
            return fileSentence(e);
        }
        if (failure instanceof LinkageError) {
            return "the native libraries cannot be loaded on this machine: " + firstLine(root(failure));
        }
        boolean meantForUsers = failure instanceof IOException
                || failure instanceof IllegalArgumentException
                || failure instanceof InferenceException;
        return meantForUsers && failure.getMessage() != null
                ? failure.getMessage()
                : "unexpected failure: " + firstLine(failure) + " (--verbose shows more)";
    }

    private static String fileSentence(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return e.getFile() + ": there is no such file or folder";
        }
        if (e instanceof AccessDeniedException) {
            return e.getFile() + ": permission denied";
        }
        return e.getFile() + ": " + Objects.requireNonNullElse(e.getReason(), "cannot be read or written");
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String firstLine(Throwable failure) {
        return failure.toString().lines().findFirst().orElse("");
    }
}
