package io.github.florence4j.hub;

import static io.github.florence4j.hub.FakeHub.COMMIT;
import static io.github.florence4j.hub.FakeHub.REPOSITORY;
import static io.github.florence4j.hub.FakeHub.waitUntil;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several threads and processes at one cache. */
@Timeout(60)
class HubProcessesTest {
    private static final HubId ID = HubId.parse(REPOSITORY);

    @TempDir
    private Path cache;

    /** Threads of our own: the common pool has a single one on a machine with two cores. */
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void aSecondProcessWaitsForTheFirstAndUsesItsFile() throws Exception {
        try (FakeHub hub = new FakeHub()) {
            CountDownLatch bothAreAtTheWeights = new CountDownLatch(1);
            hub.faults.add((exchange, content, from) -> {
                FakeHub.await(bothAreAtTheWeights);
                return false;
            });
            Process second = PullMain.start(cache, hub.endpoint(), REPOSITORY);
            CompletableFuture<Path> first = CompletableFuture.supplyAsync(() -> pull(hub), threads);
            waitUntil(() -> headsOfWeights(hub) == 2);
            Thread.sleep(200);
            bothAreAtTheWeights.countDown();

            String printed = new String(second.getInputStream().readAllBytes(), UTF_8).strip();
            assertThat(second.waitFor()).isZero();
            assertThat(printed).isEqualTo(first.get().toString());
            assertThat(hub.rangesOf("model.safetensors")).hasSize(1);
            assertThat(first.get().resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
        }
    }

    @Test
    void threadsOfOneProcessDownloadAFileOnce() throws Exception {
        try (FakeHub hub = new FakeHub()) {
            hub.faults.add((exchange, content, from) -> {
                waitUntil(() -> headsOfWeights(hub) == 2);
                return false;
            });
            CompletableFuture<Path> first = CompletableFuture.supplyAsync(() -> pull(hub), threads);
            CompletableFuture<Path> second = CompletableFuture.supplyAsync(() -> pull(hub), threads);

            assertThat(first.get()).isEqualTo(second.get());
            assertThat(hub.rangesOf("model.safetensors")).hasSize(1);
        }
    }

    @Test
    void theDownloadOfAProcessThatWasKilledIsResumed() throws Exception {
        try (FakeHub hub = new FakeHub()) {
            hub.faults.add(hub.silentAfter(120_000));
            Process killed = PullMain.start(cache, hub.endpoint(), REPOSITORY);
            Path incomplete = cache.resolve("models--acme--tiny-florence/blobs")
                    .resolve(FakeHub.sha256(hub.files.get("model.safetensors")) + ".incomplete");
            waitUntil(() -> Files.exists(incomplete) && Files.size(incomplete) == 120_000);
            killed.destroyForcibly().waitFor(10, TimeUnit.SECONDS);

            assertThat(pull(hub).resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
            assertThat(hub.rangesOf("model.safetensors")).containsExactly("null", "bytes=120000-");
        }
    }

    @Test
    void namesOutsideAsciiReachTheHubAndTheDisk() throws Exception {
        try (FakeHub hub = new FakeHub()) {
            hub.branch = "größe/試";
            hub.files.put("poids é 1.safetensors", hub.files.remove("model.safetensors"));
            hub.file(ModelFiles.SHARD_INDEX, "{\"weight_map\": {\"w\": \"poids é 1.safetensors\"}}");
            Process other = PullMain.start(cache, hub.endpoint(), REPOSITORY + "@" + COMMIT);

            assertThat(new String(other.getInputStream().readAllBytes(), UTF_8)).contains(COMMIT);
            assertThat(other.waitFor()).isZero();
            assertThat(hub.rangesOf("poids%20%C3%A9%201.safetensors")).hasSize(1);
            RepositoryListing listing =
                    new HubHttp(settings(hub), Duration.ofSeconds(5)).listing(HubId.parse(REPOSITORY + "@größe/試"));
            assertThat(listing.commit()).isEqualTo(COMMIT);
            assertThat(hub.seen).anyMatch(request -> request.path().endsWith("/revision/gr%C3%B6%C3%9Fe%2F%E8%A9%A6"));
        }
    }

    private Path pull(FakeHub hub) {
        try {
            return new HubClient(settings(hub)).pull(ID, DownloadListener.SILENT);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private HubSettings settings(FakeHub hub) {
        return new HubSettings(cache, hub.endpoint(), Optional.empty(), false);
    }

    private static long headsOfWeights(FakeHub hub) {
        return hub.seen.stream()
                .filter(request ->
                        request.method().equals("HEAD") && request.path().endsWith("/model.safetensors"))
                .count();
    }
}
