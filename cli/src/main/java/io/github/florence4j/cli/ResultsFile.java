package io.github.florence4j.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.Answer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A file of JSON lines that grows by a batch at a time and can be continued: answers that it holds already are not asked
 * for again, and a last line that was cut off when a run ended is dropped. Locked against a second writer. A file that
 * holds anything else is refused and stays as it is.
 */
final class ResultsFile implements AnswerSink {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What every line of {@link AnswerJson} begins with. */
    private static final String BEGIN = "{\"image\":";

    private record Key(String image, int page, String task, String prompt) {}

    private final FileChannel channel;
    private final Set<Key> done = ConcurrentHashMap.newKeySet();
    private final StringBuilder batch = new StringBuilder();

    private ResultsFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Opens the file, or begins it.
     *
     * @throws IOException when it cannot be written, another process writes to it, or it holds something else than results
     */
    static ResultsFile open(Path path) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            ResultsFile file = new ResultsFile(channel);
            file.lock(path);
            file.continueAfter(file.readDone(path));
            file.flush();
            return file;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void lock(Path path) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IOException(path + " is being written by another run");
        }
    }

    /** Collects what is there; gives where to go on. */
    private long readDone(Path path) throws IOException {
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel)); // the channel stays open
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long end = 0;
        long at = 0;
        int number = 1;
        for (int b = in.read(); b >= 0; b = in.read()) {
            at++;
            if (b != '\n') {
                line.write(b);
                continue;
            }
            if (!line.toString(StandardCharsets.UTF_8).isBlank()) {
                done.add(requireKey(line, path, number));
            }
            line.reset();
            end = at;
            number++;
        }
        return afterTail(line, end, at, path, number);
    }

    /** Where to go on after bytes that no newline ends: before them if an answer was cut off, else behind them. */
    private long afterTail(ByteArrayOutputStream tail, long begin, long end, Path path, int number) throws IOException {
        String text = tail.toString(StandardCharsets.UTF_8);
        if (text.isEmpty() || isCutOff(text)) {
            return begin;
        }
        done.add(requireKey(tail, path, number));
        batch.append('\n');
        return end;
    }

    private static boolean isCutOff(String text) {
        if (!text.startsWith(BEGIN) && !BEGIN.startsWith(text)) {
            return false;
        }
        try {
            JSON.readTree(text);
            return false;
        } catch (JsonProcessingException e) {
            return true;
        }
    }

    private static Key requireKey(ByteArrayOutputStream line, Path path, int number) throws IOException {
        Key key = key(line.toString(StandardCharsets.UTF_8));
        if (key == null) {
            throw new IOException(path + ", line " + number
                    + ", is not an answer of 'florence4j run'; expected a file of such lines, or a new one");
        }
        return key;
    }

    private static @Nullable Key key(String line) {
        try {
            JsonNode json = JSON.readTree(line);
            boolean complete = json.path("image").isTextual()
                    && json.path("page").isInt()
                    && json.path("task").isTextual()
                    && json.path("prompt").isTextual()
                    && json.has("timings_ms");
            return complete
                    ? new Key(
                            json.get("image").asText(),
                            json.get("page").asInt(),
                            json.get("task").asText(),
                            json.get("prompt").asText())
                    : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private void continueAfter(long end) throws IOException {
        channel.truncate(end);
        channel.position(end);
    }

    /** Whether the answer is in the file. */
    boolean has(String image, int page, String task, String prompt) {
        return done.contains(new Key(image, page, task, prompt));
    }

    /** The number of answers that were in the file when it was opened, or have come in since. */
    int size() {
        return done.size();
    }

    @Override
    public void answer(PageReader.Page page, Job job, Answer<?> answer) {
        batch.append(AnswerJson.of(page.file(), page.page(), answer)).append('\n');
        done.add(new Key(
                page.file(), page.page(), answer.task().token(), answer.prompt().text()));
    }

    @Override
    public void flush() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(batch.toString().getBytes(StandardCharsets.UTF_8));
        batch.setLength(0);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
