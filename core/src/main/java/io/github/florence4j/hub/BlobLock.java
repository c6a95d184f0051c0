package io.github.florence4j.hub;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The exclusive right to download one blob, among the threads of this JVM and among processes. */
final class BlobLock implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(BlobLock.class);
    /** A JVM's file locks count for the whole process, so its threads need a lock of their own. */
    private static final ConcurrentMap<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

    private final ReentrantLock threadLock;
    private final FileChannel channel;

    private BlobLock(ReentrantLock threadLock, FileChannel channel) {
        this.threadLock = threadLock;
        this.channel = channel;
    }

    /** Waits until the lock file is free and takes it. */
    static BlobLock acquire(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        ReentrantLock threadLock =
                IN_PROCESS.computeIfAbsent(file.toAbsolutePath().normalize(), path -> new ReentrantLock());
        try {
            threadLock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while another thread downloads the same file.");
        }
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                lock(channel, file);
                return new BlobLock(threadLock, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            threadLock.unlock();
            throw e;
        }
    }

    private static void lock(FileChannel channel, Path file) throws IOException {
        FileLock taken = channel.tryLock();
        if (taken == null) {
            LOG.info("Another process downloads the same file; waiting for {}", file);
            taken = channel.lock();
        }
        LOG.trace("Locked {}", taken);
    }

    /** Gives the lock back; the lock file stays, since removing it would split those who wait. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            threadLock.unlock();
        }
    }
}
