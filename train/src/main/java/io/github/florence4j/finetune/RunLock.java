package io.github.florence4j.finetune;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Keeps a second run out of a folder of checkpoints. The system lets go of it when the process ends, however that comes. */
final class RunLock implements AutoCloseable {
    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes a folder.
     *
     * @throws TrainingFailedException when another run has it
     */
    static RunLock of(Path folder) throws IOException {
        Files.createDirectories(folder);
        FileChannel channel =
                FileChannel.open(folder.resolve("run.lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        if (tryLock(channel) == null) {
            channel.close();
            throw new TrainingFailedException(
                    "another run is at work in " + folder + "; expected it to end first, or another output folder");
        }
        return new RunLock(channel);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this process has it
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
