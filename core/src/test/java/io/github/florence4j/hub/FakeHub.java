package io.github.florence4j.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Two local servers that play the hub with one repository and its storage host: names and small files on the one, large
 * files (safetensors, bin) behind a redirect on the other. Faults are queued and used up one by one.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final String REPOSITORY = "acme/tiny-florence";

    /** One request that a server received. */
    record Seen(boolean storage, String method, String path, String token, String range) {
        boolean fetches(String file) {
            return method.equals("GET") && path.endsWith("/" + file);
        }
    }

    /** A way of answering for a large file's bytes that differs from the right one. */
    interface Fault {
        /** Answers, or returns false to let the right answer follow. */
        boolean answer(HttpExchange exchange, byte[] content, int from) throws IOException;
    }

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // else every answer takes 40 ms
    }

    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    final Map<String, String> extraHeaders = new ConcurrentHashMap<>();
    final List<Seen> seen = new CopyOnWriteArrayList<>();
    final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    final Queue<Integer> listingStatus = new ConcurrentLinkedQueue<>();
    final CountDownLatch closing = new CountDownLatch(1);
    volatile Path blobs = Path.of("");
    volatile String commit = COMMIT;
    volatile String branch = "main";
    volatile String tokenNeeded = "";
    volatile String etagOfWeights = "";
    volatile boolean ranges = true;

    private final HttpServer hub;
    private final HttpServer storage;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    FakeHub() throws IOException {
        hub = server(false);
        storage = server(true);
        file("config.json", "{\"model_type\":\"florence2\"}");
        file("tokenizer.json", "{\"é\":\"字\"}");
        file("modeling_florence2.py", "raise SystemExit");
        files.put("model.safetensors", bytes(300_000, 1));
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    }

    FakeHub file(String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    List<String> rangesOf(String file) {
        return seen.stream()
                .filter(request -> request.storage() && request.fetches(file))
                .map(Seen::range)
                .toList();
    }

    /**
     * Sends the first bytes, waits until they are on the client's disk, and cuts the connection: bytes that the JDK's
     * client still holds are lost when the connection breaks.
     */
    Fault cutAfter(int bytes) {
        return (exchange, content, from) -> {
            startBody(exchange, content, from, bytes);
            Path incomplete = blobs.resolve(sha256(content) + ".incomplete");
            waitUntil(() -> Files.exists(incomplete) && Files.size(incomplete) == from + bytes);
            exchange.close();
            return true;
        };
    }

    /** Sends the first bytes and then nothing until the hub closes. */
    Fault silentAfter(int bytes) {
        return (exchange, content, from) -> {
            startBody(exchange, content, from, bytes);
            await(closing);
            exchange.close();
            return true;
        };
    }

    static Fault status(int status) {
        return (exchange, content, from) -> {
            exchange.sendResponseHeaders(status, -1);
            return true;
        };
    }

    /** Sends other bytes than those that were announced. */
    static Fault bytesInstead(byte[] other) {
        return (exchange, content, from) -> {
            exchange.sendResponseHeaders(200, other.length);
            exchange.getResponseBody().write(other);
            return true;
        };
    }

    /** Sends bytes without saying how many there will be. */
    static Fault bytesOfUnknownNumber(byte[] content) {
        return (exchange, ignored, from) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(content);
            return true;
        };
    }

    static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static String sha256(byte[] content) {
        return HexFormat.of().formatHex(digest("SHA-256").digest(content));
    }

    static String gitObject(byte[] content) {
        MessageDigest digest = digest("SHA-1");
        digest.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().formatHex(digest.digest(content));
    }

    @Override
    public void close() {
        closing.countDown();
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }

    private HttpServer server(boolean isStorage) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                seen.add(new Seen(
                        isStorage,
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getRawPath(),
                        String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                        String.valueOf(exchange.getRequestHeaders().getFirst("Range"))));
                if (isStorage) {
                    sendFromStorage(exchange);
                } else {
                    answer(exchange);
                }
            }
        });
        server.start();
        return server;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String given = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        if (!tokenNeeded.isEmpty() && !given.equals("Bearer " + tokenNeeded)) {
            exchange.sendResponseHeaders(given.equals("null") ? 401 : 403, -1);
        } else if (path.startsWith("/api/models/" + REPOSITORY + "/revision/")) {
            list(exchange, path.substring(("/api/models/" + REPOSITORY + "/revision/").length()));
        } else if (path.startsWith("/" + REPOSITORY + "/resolve/" + commit + "/")) {
            describe(exchange, path.substring(("/" + REPOSITORY + "/resolve/" + commit + "/").length()));
        } else if (path.startsWith("/small/")) {
            sendSmall(exchange, path.substring("/small/".length()));
        } else {
            refuse(exchange, "RepoNotFound");
        }
    }

    private void list(HttpExchange exchange, String revision) throws IOException {
        Integer status = listingStatus.poll();
        if (status != null) {
            exchange.sendResponseHeaders(status, -1);
        } else if (!revision.equals(branch) && !revision.equals(commit)) {
            refuse(exchange, "RevisionNotFound");
        } else {
            send(exchange, 200, listing().getBytes(StandardCharsets.UTF_8));
        }
    }

    private String listing() throws JsonProcessingException {
        List<Map<String, String>> siblings =
                files.keySet().stream().map(name -> Map.of("rfilename", name)).toList();
        return new ObjectMapper().writeValueAsString(Map.of("sha", commit, "siblings", siblings));
    }

    private void describe(HttpExchange exchange, String file) throws IOException {
        byte[] content = files.get(file);
        if (content == null) {
            refuse(exchange, "EntryNotFound");
            return;
        }
        var headers = exchange.getResponseHeaders();
        headers.set("X-Repo-Commit", commit);
        if (isLarge(file)) {
            headers.set("ETag", "\"of-the-pointer\"");
            headers.set("X-Linked-Etag", '"' + (etagOfWeights.isEmpty() ? sha256(content) : etagOfWeights) + '"');
            headers.set("X-Linked-Size", Integer.toString(content.length));
            headers.set(
                    "Location",
                    "http://127.0.0.1:" + storage.getAddress().getPort() + encoded("/" + file) + "?signed=1");
        } else {
            headers.set("Location", encoded("/small/" + file));
        }
        extraHeaders.forEach(headers::set);
        exchange.sendResponseHeaders(isLarge(file) ? 302 : 307, -1);
    }

    private void sendSmall(HttpExchange exchange, String file) throws IOException {
        byte[] content = files.get(file);
        exchange.getResponseHeaders().set("ETag", "W/\"" + gitObject(content) + '"');
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
            exchange.sendResponseHeaders(200, -1);
        } else {
            send(exchange, 200, content);
        }
    }

    private void sendFromStorage(HttpExchange exchange) throws IOException {
        byte[] content = files.get(exchange.getRequestURI().getPath().substring(1));
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null || !ranges ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from >= content.length) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        Fault fault = faults.poll();
        if (fault == null || !fault.answer(exchange, content, from)) {
            startBody(exchange, content, from, content.length - from);
        }
    }

    private static void startBody(HttpExchange exchange, byte[] content, int from, int length) throws IOException {
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        exchange.getResponseBody().write(Arrays.copyOfRange(content, from, from + length));
        exchange.getResponseBody().flush();
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void refuse(HttpExchange exchange, String code) throws IOException {
        exchange.getResponseHeaders().set("X-Error-Code", code);
        exchange.sendResponseHeaders(404, -1);
    }

    private static boolean isLarge(String file) {
        return file.endsWith(".safetensors") || file.endsWith(".bin");
    }

    static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IOException("waited 30 seconds for nothing");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    static void waitUntil(Condition condition) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited 30 seconds for nothing");
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String encoded(String path) {
        try {
            return new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
