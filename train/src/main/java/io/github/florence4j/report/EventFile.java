package io.github.florence4j.report;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A file of scalars that TensorBoard reads: TFRecord frames (length, masked CRC-32C of it, data, masked CRC-32C of that)
 * around {@code Event} messages of TensorFlow's {@code event.proto} and {@code summary.proto}, file version 2.
 *
 * <p>It begins with a {@code SessionLog START}, at which TensorBoard forgets what older files of the folder say about that
 * step and later ones. An event is with the operating system when the call returns.
 */
final class EventFile implements Closeable {
    private static final String PREFIX = "events.out.tfevents.";
    private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "(\\d+)\\..*");
    private static final int MASK_DELTA = 0xa282ead8;

    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int EVENT_SESSION_LOG = 7;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int SESSION_STATUS = 1;
    private static final int SESSION_START = 1;

    private final FileChannel channel;
    private final Clock clock;

    private EventFile(FileChannel channel, Clock clock) {
        this.channel = channel;
        this.clock = clock;
    }

    /**
     * Begins a new file, whose name sorts behind those of the files that are there: TensorBoard reads them by name.
     *
     * @param firstStep the step from which older files are no longer valid
     */
    static EventFile begin(Path folder, long firstStep, Clock clock, String host) throws IOException {
        long seconds = Math.max(clock.instant().getEpochSecond(), newest(folder) + 1);
        Path path = folder.resolve(PREFIX + seconds + "." + host);
        EventFile file =
                new EventFile(FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), clock);
        file.write(file.event().text(EVENT_FILE_VERSION, "brain.Event:2"));
        ProtoWriter session = new ProtoWriter().integer(SESSION_STATUS, SESSION_START);
        file.write(file.event().integer(EVENT_STEP, firstStep).message(EVENT_SESSION_LOG, session));
        return file;
    }

    /** The name of this machine as far as a file name can hold it, {@code localhost} when it has none. */
    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]", "_");
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Adds scalars by tag; TensorBoard keeps them as floats. */
    void scalars(long step, Map<String, Double> values) throws IOException {
        ProtoWriter summary = new ProtoWriter();
        values.forEach((tag, value) -> summary.message(
                SUMMARY_VALUE, new ProtoWriter().text(VALUE_TAG, tag).real32(VALUE_SIMPLE, value.floatValue())));
        write(event().integer(EVENT_STEP, step).message(EVENT_SUMMARY, summary));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private ProtoWriter event() {
        Instant now = clock.instant();
        return new ProtoWriter().real64(EVENT_WALL_TIME, now.getEpochSecond() + now.getNano() / 1e9);
    }

    private void write(ProtoWriter event) throws IOException {
        byte[] data = event.toBytes();
        ByteBuffer frame = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(data.length)
                .putInt(maskedCrc(frame.array(), Long.BYTES))
                .put(data)
                .putInt(maskedCrc(data, data.length))
                .flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private static int maskedCrc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    private static long newest(Path folder) throws IOException {
        long newest = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path file : files) {
                Matcher matcher = NAME.matcher(file.getFileName().toString());
                if (matcher.matches()) {
                    newest = Math.max(newest, Long.parseLong(matcher.group(1)));
                }
            }
        }
        return newest;
    }
}
