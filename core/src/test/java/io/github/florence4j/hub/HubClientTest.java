package io.github.florence4j.hub;

import static io.github.florence4j.hub.FakeHub.COMMIT;
import static io.github.florence4j.hub.FakeHub.REPOSITORY;
import static io.github.florence4j.hub.FakeHub.bytes;
import static io.github.florence4j.hub.FakeHub.bytesInstead;
import static io.github.florence4j.hub.FakeHub.bytesOfUnknownNumber;
import static io.github.florence4j.hub.FakeHub.gitObject;
import static io.github.florence4j.hub.FakeHub.sha256;
import static io.github.florence4j.hub.FakeHub.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.florence4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubClientTest {
    private static final HubId ID = HubId.parse(REPOSITORY);
    private static final RetryPolicy FAST = new RetryPolicy(3, Duration.ofMillis(5), Duration.ofSeconds(5));

    @TempDir
    private Path cache;

    private FakeHub hub;

    @BeforeEach
    void startHub() throws IOException {
        hub = new FakeHub();
        hub.blobs = cache.resolve("models--acme--tiny-florence/blobs");
    }

    @AfterEach
    void stopHub() {
        hub.close();
    }

    @Test
    void laysTheFilesOutAsHuggingfaceHubDoes() throws IOException {
        Path snapshot = pull();

        Path folder = cache.resolve("models--acme--tiny-florence");
        byte[] config = hub.files.get("config.json");
        byte[] weights = hub.files.get("model.safetensors");
        assertThat(snapshot).isEqualTo(folder.resolve("snapshots").resolve(COMMIT));
        assertThat(folder.resolve("refs/main")).hasContent(COMMIT);
        assertThat(folder.resolve("blobs").resolve(gitObject(config))).hasBinaryContent(config);
        assertThat(folder.resolve("blobs").resolve(sha256(weights))).hasBinaryContent(weights);
        assertThat(Files.readSymbolicLink(snapshot.resolve("model.safetensors")))
                .isEqualTo(Path.of("../../blobs", sha256(weights)));
        assertThat(snapshot.resolve("tokenizer.json")).hasBinaryContent(hub.files.get("tokenizer.json"));
        assertThat(folder.resolve(".no_exist").resolve(COMMIT).resolve("vocab.json"))
                .isEmptyFile();
        assertThat(names(folder.resolve("blobs"))).noneMatch(name -> name.endsWith(".incomplete"));
    }

    @Test
    void leavesProgramCodeAndSecondWeightsOnTheHub() throws IOException {
        hub.files.put("pytorch_model.bin", bytes(10, 2));
        hub.file("onnx/model.onnx", "x");

        assertThat(names(pull())).containsExactly("config.json", "model.safetensors", "tokenizer.json");
    }

    @Test
    void takesThePickledWeightsWhenThereAreNoSafetensors() throws IOException {
        hub.files.remove("model.safetensors");
        hub.files.put("pytorch_model.bin", bytes(10, 2));

        assertThat(names(pull())).containsExactly("config.json", "pytorch_model.bin", "tokenizer.json");
    }

    @Test
    void takesAllShardsThatTheIndexNames() throws IOException {
        shards("model-1.safetensors", "model-2.safetensors");
        hub.files.put("model-1.safetensors", bytes(10, 2));
        hub.files.put("model-2.safetensors", bytes(10, 3));
        hub.files.put("model-3.safetensors", bytes(10, 4));

        assertThat(names(pull())).contains("model-1.safetensors", "model-2.safetensors", ModelFiles.SHARD_INDEX);
        assertThat(hub.rangesOf("model-3.safetensors")).isEmpty();
    }

    @Test
    void takesAnAdapterThatHasNoModelConfig() throws IOException {
        hub.files.clear();
        hub.file("adapter_config.json", "{}");
        hub.files.put("adapter_model.safetensors", bytes(10, 2));

        assertThat(names(pull())).containsExactly("adapter_config.json", "adapter_model.safetensors");
    }

    @Test
    void asksTheHubOnlyForTheRevisionWhenAllIsCached() throws IOException {
        pull();
        hub.seen.clear();
        pull();

        assertThat(hub.seen)
                .extracting(FakeHub.Seen::path)
                .containsExactly("/api/models/" + REPOSITORY + "/revision/main");
    }

    @Test
    void needsNoNetworkForACommitThatIsCached() throws IOException {
        HubId commit = HubId.parse(REPOSITORY + "@" + COMMIT);
        Path first = client().pull(commit, DownloadListener.SILENT);
        hub.seen.clear();

        assertThat(client().pull(commit, DownloadListener.SILENT)).isEqualTo(first);
        assertThat(hub.seen).isEmpty();
    }

    @Test
    void completesACommitOfWhichAFileIsMissing() throws IOException {
        HubId commit = HubId.parse(REPOSITORY + "@" + COMMIT);
        Path snapshot = client().pull(commit, DownloadListener.SILENT);
        Files.delete(snapshot.resolve("tokenizer.json"));

        client().pull(commit, DownloadListener.SILENT);
        assertThat(snapshot.resolve("tokenizer.json")).exists();
    }

    @Test
    void sendsTheTokenToTheHubAndNotToTheHostItRedirectsTo() throws IOException {
        hub.tokenNeeded = "hf_secret";
        new HubClient(settings("hf_secret", false), FAST).pull(ID, DownloadListener.SILENT);

        assertThat(hub.seen).filteredOn(request -> !request.storage()).allMatch(r -> r.token()
                .equals("Bearer hf_secret"));
        assertThat(hub.seen).filteredOn(FakeHub.Seen::storage).isNotEmpty().allMatch(r -> r.token()
                .equals("null"));
    }

    @Test
    void saysHowToGiveATokenWhenAccessIsRefused() {
        hub.tokenNeeded = "hf_secret";

        HubException withNone = failure(client());
        assertThat(withNone.reason()).isEqualTo(Reason.DENIED);
        assertThat(withNone).hasMessageContaining("401").hasMessageContaining("HF_TOKEN");

        HubException withWrong = failure(new HubClient(settings("hf_other", false), FAST));
        assertThat(withWrong.reason()).isEqualTo(Reason.DENIED);
        assertThat(withWrong).hasMessageContaining("403").hasMessageContaining("not valid");
        assertThat(withWrong.getMessage()).doesNotContain("hf_other");
    }

    @Test
    void namesTheRepositoryOrRevisionThatTheHubLacks() {
        assertThatThrownBy(() -> client().pull(HubId.parse("acme/other"), DownloadListener.SILENT))
                .hasMessage("There is no model repository acme/other on " + hub.endpoint() + ".");
        assertThatThrownBy(() -> client().pull(HubId.parse(REPOSITORY + "@v9"), DownloadListener.SILENT))
                .hasMessage("The repository " + REPOSITORY + " on " + hub.endpoint() + " has no revision 'v9'.");
    }

    @Test
    void namesTheFileThatIsListedAndCannotBeHad() {
        hub.commit = COMMIT;
        shards("model-1.safetensors");

        assertThat(failure(client()))
                .hasMessageContaining("'model-1.safetensors'")
                .hasMessageContaining("missing");
    }

    @Test
    void saysSoWhenTheRepositoryHoldsNoWeights() {
        hub.files.remove("model.safetensors");

        assertThat(failure(client()).reason()).isEqualTo(Reason.NOT_FOUND);
        assertThat(failure(client())).hasMessageContaining("expected one of model.safetensors");
    }

    @Test
    void goesOnWhereTheConnectionWasCut() throws IOException {
        hub.faults.add(hub.cutAfter(100_000));
        hub.faults.add(hub.cutAfter(50_000));

        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
        assertThat(hub.rangesOf("model.safetensors")).containsExactly("null", "bytes=100000-", "bytes=150000-");
    }

    @Test
    void keepsWhatCameWhenItGivesUpAndGoesOnInTheNextRun() throws IOException {
        hub.faults.addAll(List.of(hub.cutAfter(100_000), status(503), status(503), status(503)));

        HubException failure = failure(client());
        assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(failure).hasMessageContaining("100000 of 300000 bytes").hasMessageContaining("run the same command");
        assertThat(incomplete()).hasSize(100_000);
        assertThat(cache.resolve("models--acme--tiny-florence/refs/main")).doesNotExist();
        hub.faults.clear();
        hub.seen.clear();

        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
        assertThat(hub.rangesOf("model.safetensors")).containsExactly("bytes=100000-");
    }

    @Test
    void startsOverWhenTheServerKnowsNoRanges() throws IOException {
        hub.ranges = false;
        hub.faults.add(hub.cutAfter(100_000));

        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
        assertThat(hub.rangesOf("model.safetensors")).containsExactly("null", "bytes=100000-");
    }

    @Test
    void givesUpOnAServerThatAlwaysCutsAtTheSameByte() {
        hub.ranges = false;
        for (int i = 0; i < 20; i++) {
            hub.faults.add(hub.cutAfter(1000));
        }

        assertThat(failure(client())).hasMessageContaining("of 300000 bytes");
        assertThat(hub.rangesOf("model.safetensors")).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void doesNotWaitForeverForASilentServer() throws IOException {
        hub.faults.add(hub.silentAfter(100_000));
        RetryPolicy impatient = new RetryPolicy(2, Duration.ZERO, Duration.ofMillis(1200));

        Path snapshot = new HubClient(settings("", false), impatient).pull(ID, DownloadListener.SILENT);
        assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
        assertThat(hub.rangesOf("model.safetensors")).containsExactly("null", "bytes=100000-");
    }

    @Test
    void asksAgainWhenTheHubIsBusy() throws IOException {
        hub.listingStatus.addAll(List.of(503, 429));

        assertThat(pull()).isDirectory();
    }

    @Test
    void deletesAFileWithAWrongChecksum() throws IOException {
        hub.faults.add(bytesInstead(bytes(300_000, 99)));

        HubException failure = failure(client());
        assertThat(failure.reason()).isEqualTo(Reason.DAMAGED);
        assertThat(failure)
                .hasMessageContaining("'model.safetensors' is damaged and was deleted")
                .hasMessageContaining(sha256(bytes(300_000, 99)))
                .hasMessageContaining(sha256(hub.files.get("model.safetensors")));
        assertThat(incomplete()).doesNotExist();
        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
    }

    @Test
    void noticesThatAnEarlierRunLeftOtherBytes() throws IOException {
        Files.createDirectories(incomplete().getParent());
        Files.write(incomplete(), bytes(5000, 77));

        assertThat(failure(client()).reason()).isEqualTo(Reason.DAMAGED);
        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
    }

    @Test
    void throwsAwayALeftoverThatIsLongerThanTheFile() throws IOException {
        Files.createDirectories(incomplete().getParent());
        Files.write(incomplete(), bytes(300_001, 77));

        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
    }

    @Test
    void takesALeftoverThatIsAlreadyWhole() throws IOException {
        Files.createDirectories(incomplete().getParent());
        Files.write(incomplete(), hub.files.get("model.safetensors"));

        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
        assertThat(hub.rangesOf("model.safetensors")).isEmpty();
    }

    @Test
    void refusesAFileOfAnotherSizeThanAnnounced() {
        hub.faults.add(bytesInstead(bytes(10, 1)));

        HubException failure = failure(client());
        assertThat(failure.reason()).isEqualTo(Reason.DAMAGED);
        assertThat(failure).hasMessageContaining("announced 300000 bytes, the server sends 10");
    }

    @Test
    void takesAnAnswerThatDoesNotSayItsSizeAndStopsIfItIsTooLong() throws IOException {
        hub.faults.add(bytesOfUnknownNumber(bytes(300_001, 1)));
        assertThat(failure(client())).hasMessageContaining("announced 300000 bytes, the server sends 300001");
        assertThat(incomplete()).doesNotExist();

        hub.faults.add(bytesOfUnknownNumber(bytes(300_000, 1)));
        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(bytes(300_000, 1));
    }

    @Test
    void asksTheHubForAFreshAddressWhenTheStorageRefusesTheOldOne() throws IOException {
        hub.faults.add(status(403));

        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(bytes(300_000, 1));
        assertThat(hub.seen)
                .filteredOn(request -> !request.storage() && request.fetches("model.safetensors"))
                .hasSize(2);
    }

    @Test
    void endsARingOfRedirects() {
        hub.extraHeaders.put("Location", "config.json");

        assertThat(failure(client())).hasMessageContaining("more than 10 times");
    }

    @Test
    void followsNoRedirectThatIsNotHttp() {
        hub.extraHeaders.put("Location", "file:///etc/passwd");

        assertThat(failure(client())).hasMessageContaining("'file:///etc/passwd', which is not an http address");
    }

    @Test
    void downloadsABlobAgainWhoseSizeIsWrong() throws IOException {
        Path blob = blob();
        Files.createDirectories(blob.getParent());
        Files.write(blob, new byte[3]);

        assertThat(pull().resolve("model.safetensors")).hasBinaryContent(hub.files.get("model.safetensors"));
    }

    @Test
    void writesNothingOutsideTheCacheWhateverNamesTheHubSends() throws IOException {
        hub.file("../../config.json", "x").file("../../../../x", "x").file("/etc/x", "x");
        assertThat(names(pull())).containsExactly("config.json", "model.safetensors", "tokenizer.json");

        for (String name : List.of("../../x", "..\\x", "/tmp/x.safetensors", "C:x", "a/../../x", ".")) {
            hub.commit = "f" + COMMIT.substring(1);
            shards(name);
            hub.files.put(name, bytes(3, 1));
            HubException failure = failure(client());
            assertThat(failure.reason()).isEqualTo(Reason.UNEXPECTED);
            assertThat(failure).hasMessageContaining("outside the model's folder");
            hub.files.remove(name);
        }
        assertThat(names(cache)).containsExactly(".locks", "models--acme--tiny-florence");
    }

    @Test
    void refusesCommitsAndEtagsThatAreNoFileNames() throws IOException {
        hub.commit = "../../escape";
        assertThat(failure(client())).hasMessageContaining("not one that a model hub gives");

        hub.commit = COMMIT;
        hub.etagOfWeights = "../../../escape";
        assertThat(failure(client())).hasMessageContaining("ETag '../../../escape'");
        assertThat(names(cache)).containsExactly(".locks", "models--acme--tiny-florence");
    }

    @Test
    void saysThatTheDiskIsTooFullBeforeItDownloads() {
        hub.extraHeaders.put("X-Linked-Size", "900000000000000000");

        HubException failure = failure(client());
        assertThat(failure.reason()).isEqualTo(Reason.LOCAL);
        assertThat(failure).hasMessageContaining("disk is too full").hasMessageContaining("HF_HUB_CACHE");
    }

    @Test
    void saysThatTheCacheCannotBeWritten() throws IOException {
        Files.createDirectories(incomplete());

        HubException failure = failure(client());
        assertThat(failure.reason()).isEqualTo(Reason.LOCAL);
        assertThat(failure).hasMessageContaining("writing " + incomplete() + " failed");
    }

    @Test
    void saysThatTheEndpointIsNoHub() {
        hub.extraHeaders.put("X-Linked-Etag", "");
        assertThat(failure(client()).reason()).isEqualTo(Reason.UNEXPECTED);
    }

    @Test
    void usesOnlyTheCacheWhenOffline() throws IOException {
        HubClient offline = new HubClient(settings("", true), FAST);
        HubException failure = failure(offline);
        assertThat(failure.reason()).isEqualTo(Reason.OFFLINE);
        assertThat(failure)
                .hasMessageContaining("HF_HUB_OFFLINE is set")
                .hasMessageContaining("florence4j pull acme/tiny-florence@main");

        Path snapshot = pull();
        hub.seen.clear();
        assertThat(offline.pull(ID, DownloadListener.SILENT)).isEqualTo(snapshot);
        assertThat(hub.seen).isEmpty();

        Files.delete(snapshot.resolve("model.safetensors"));
        assertThat(failure(offline).reason()).isEqualTo(Reason.OFFLINE);
    }

    @Test
    void fallsBackToTheCacheWhenTheHubIsGoneButOnlyWhereAsked() throws IOException {
        Path snapshot = pull();
        hub.close();

        assertThat(client().locate(ID, DownloadListener.SILENT)).isEqualTo(snapshot);
        HubException strict = failure(client());
        assertThat(strict.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(strict).hasMessage("The server " + hub.endpoint() + " cannot be reached: connection refused.");
    }

    @Test
    void keepsTheOldSnapshotUntilTheNewOneIsWhole() throws IOException {
        Path old = pull();
        hub.commit = "f" + COMMIT.substring(1);
        hub.files.put("model.safetensors", bytes(200_000, 5));
        hub.faults.addAll(List.of(status(500), status(500), status(500)));

        assertThat(client().locate(ID, DownloadListener.SILENT)).isEqualTo(old);
        assertThat(pull()).isEqualTo(old.resolveSibling(hub.commit));
        assertThat(cache.resolve("models--acme--tiny-florence/refs/main")).hasContent(hub.commit);
    }

    @Test
    void tellsTheListenerHowFarItIs() throws IOException {
        hub.faults.add(hub.cutAfter(100_000));
        List<Long> done = new ArrayList<>();
        client().pull(ID, (file, bytesDone, bytesTotal) -> {
            if (file.equals("model.safetensors")) {
                assertThat(bytesTotal).isEqualTo(300_000);
                done.add(bytesDone);
            }
        });

        assertThat(done).isSorted().startsWith(0L).contains(100_000L).endsWith(300_000L, 300_000L);
    }

    private Path pull() throws IOException {
        return client().pull(ID, DownloadListener.SILENT);
    }

    private HubClient client() {
        return new HubClient(settings("", false), FAST);
    }

    private HubSettings settings(String token, boolean offline) {
        return new HubSettings(cache, hub.endpoint(), Optional.of(token).filter(text -> !text.isEmpty()), offline);
    }

    private static HubException failure(HubClient client) {
        HubException failure = catchThrowableOfType(HubException.class, () -> client.pull(ID, DownloadListener.SILENT));
        assertThat(failure).as("what pull throws").isNotNull();
        return failure;
    }

    private void shards(String... names) {
        hub.files.remove("model.safetensors");
        List<String> entries = new ArrayList<>();
        for (String name : names) {
            entries.add("\"weight." + entries.size() + "\": \"" + name.replace("\\", "\\\\") + "\"");
        }
        hub.file(ModelFiles.SHARD_INDEX, "{\"weight_map\": {" + String.join(",", entries) + "}}");
    }

    private Path blob() {
        return cache.resolve("models--acme--tiny-florence/blobs").resolve(sha256(hub.files.get("model.safetensors")));
    }

    private Path incomplete() {
        return blob().resolveSibling(blob().getFileName() + ".incomplete");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
