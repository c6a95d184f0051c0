package io.github.florence4j.hub;

import io.github.florence4j.hub.HubException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The download of one blob: into {@code <etag>.incomplete}, resumed where it broke off, checked, then moved into place. */
final class BlobDownload {
    private static final Logger LOG = LoggerFactory.getLogger(BlobDownload.class);
    private static final int BUFFER_BYTES = 1 << 17;

    private final HubHttp http;
    private final RetryPolicy policy;
    private final HubId id;
    private final RemoteFile file;
    private final Path blob;
    private final Path incomplete;
    private final DownloadListener listener;

    BlobDownload(HubHttp http, RetryPolicy policy, HubId id, RemoteFile file, Path blob, DownloadListener listener) {
        this.http = http;
        this.policy = policy;
        this.id = id;
        this.file = file;
        this.blob = blob;
        this.incomplete = blob.resolveSibling(blob.getFileName() + ".incomplete");
        this.listener = listener;
    }

    /** Downloads the blob. The caller holds its {@link BlobLock}. */
    void run() throws IOException {
        Files.createDirectories(blob.getParent());
        if (file.hasSize() && bytesOnDisk() > file.size()) {
            Files.delete(incomplete);
        }
        requireSpace();
        fetchAll();
        try {
            file.verify(incomplete);
        } catch (HubException e) {
            Files.delete(incomplete);
            throw e;
        }
        Files.move(incomplete, blob, StandardCopyOption.ATOMIC_MOVE);
        long size = Files.size(blob);
        listener.progress(file.name(), size, size);
    }

    /** Asks again as long as every few tries bring the file further than it ever was. */
    private void fetchAll() throws IOException {
        long furthest = bytesOnDisk();
        int failures = 0;
        while (true) {
            try {
                fetchRest();
                return;
            } catch (HubException e) {
                if (e.reason() != Reason.UNREACHABLE) {
                    throw e;
                }
                long reached = bytesOnDisk();
                failures = reached > furthest ? 1 : failures + 1;
                furthest = Math.max(furthest, reached);
                if (failures >= policy.attempts()) {
                    throw new HubException(
                            Reason.UNREACHABLE,
                            "The download of '" + file.name() + "' stopped after " + reached + " of " + total()
                                    + " bytes: " + e.getMessage()
                                    + " What has arrived is kept; run the same command again to go on from there.",
                            e);
                }
                LOG.info("'{}' stopped after {} of {} bytes; asking again", file.name(), reached, total());
                policy.pauseAfter(failures);
            }
        }
    }

    private void fetchRest() throws IOException {
        long have = bytesOnDisk();
        if (file.hasSize() && have == file.size() && Files.exists(incomplete)) {
            return;
        }
        HttpResponse<InputStream> response = http.open(id, file, have);
        try (IdleGuard guard = new IdleGuard(response.body(), policy.idleTimeout())) {
            if (response.statusCode() == 416 || (response.statusCode() == 206 && rangeStart(response) != have)) {
                Files.deleteIfExists(incomplete);
                throw new HubException(
                        Reason.UNREACHABLE, "The server cannot continue '" + file.name() + "' at byte " + have + ".");
            }
            long from = response.statusCode() == 206 ? have : 0;
            long announced = announcedSize(response, from);
            requireAnnounced(announced);
            receive(response.body(), guard, from, announced);
        }
    }

    private void receive(InputStream body, IdleGuard guard, long from, long announced) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long done = from;
        try (FileChannel out = openFrom(from)) {
            listener.progress(file.name(), done, announced);
            for (int n = read(body, buffer); n >= 0; n = read(body, buffer)) {
                write(out, buffer, n);
                done += n;
                guard.signOfLife();
                requireNoMoreThan(announced, done);
                listener.progress(file.name(), done, announced);
            }
        }
        if (announced != RemoteFile.UNKNOWN && done < announced) {
            throw new HubException(Reason.UNREACHABLE, "The server ended its answer early.");
        }
    }

    private FileChannel openFrom(long from) throws IOException {
        try {
            FileChannel out = FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            out.truncate(from).position(from);
            return out;
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    private static int read(InputStream body, byte[] buffer) throws HubException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new HubException(Reason.UNREACHABLE, "The connection was cut (" + e.getMessage() + ").", e);
        }
    }

    private void write(FileChannel out, byte[] buffer, int length) throws HubException {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    private HubException cannotWrite(IOException e) {
        return new HubException(
                Reason.LOCAL,
                "The cache cannot take '" + file.name() + "': writing " + incomplete + " failed (" + e.getMessage()
                        + "); free some space or set HF_HUB_CACHE to another folder.",
                e);
    }

    private void requireSpace() throws IOException {
        long needed = file.size() - bytesOnDisk();
        long free = Files.getFileStore(blob.getParent()).getUsableSpace();
        if (file.hasSize() && free < needed) {
            throw new HubException(
                    Reason.LOCAL,
                    "The disk is too full for '" + file.name() + "': " + needed + " bytes are needed and " + free
                            + " are free in " + blob.getParent()
                            + "; free some space or set HF_HUB_CACHE to another folder.");
        }
    }

    private void requireAnnounced(long announced) throws IOException {
        if (file.hasSize() && announced != RemoteFile.UNKNOWN && announced != file.size()) {
            throw wrongSize(announced);
        }
    }

    private void requireNoMoreThan(long announced, long done) throws IOException {
        if (announced != RemoteFile.UNKNOWN && done > announced) {
            throw wrongSize(done);
        }
    }

    private HubException wrongSize(long found) throws IOException {
        Files.deleteIfExists(incomplete);
        return new HubException(
                Reason.DAMAGED,
                "The download of '" + file.name() + "' has the wrong size and was deleted: the hub announced "
                        + file.size() + " bytes, the server sends " + found + "; try again.");
    }

    /** The whole file's size by the answer's headers, or by the hub if the answer does not say. */
    private long announcedSize(HttpResponse<?> response, long from) {
        OptionalLong length = HubHttp.number(response, "Content-Length");
        return length.isPresent() ? from + length.getAsLong() : file.size();
    }

    private static long rangeStart(HttpResponse<?> response) {
        String range = response.headers().firstValue("Content-Range").orElse("");
        return range.matches("bytes \\d{1,18}-.*") ? Long.parseLong(range.substring(6, range.indexOf('-'))) : -1;
    }

    private long bytesOnDisk() throws IOException {
        return Files.isRegularFile(incomplete) ? Files.size(incomplete) : 0;
    }

    private String total() {
        return file.hasSize() ? Long.toString(file.size()) : "an unknown number of";
    }
}
