package io.github.florence4j.hub;

import io.github.florence4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads model repositories from a hub into the cache that Python's {@code huggingface_hub} uses.
 *
 * <p>Only the files that a model needs are downloaded, never program code. Every file is compared with the checksum
 * that the hub gives. Threads and processes may download the same repository at once. See decision 0006.
 */
public final class HubClient {
    private static final Logger LOG = LoggerFactory.getLogger(HubClient.class);
    private static final List<SnapshotLink> LINKS = List.of(SnapshotLink.values());

    private final HubSettings settings;
    private final RetryPolicy policy;
    private final HubHttp http;

    /** A client that retries by {@link RetryPolicy#STANDARD}. */
    public HubClient(HubSettings settings) {
        this(settings, RetryPolicy.STANDARD);
    }

    /** A client with its own way of retrying. */
    public HubClient(HubSettings settings, RetryPolicy policy) {
        this.settings = settings;
        this.policy = policy;
        this.http = new HubHttp(settings, policy.idleTimeout());
    }

    /**
     * Brings a repository's files into the cache, as far as they are not there, and gives the folder they are in.
     *
     * <p>The hub is asked what a branch or tag stands for; a commit that the cache has completely needs no network. In
     * offline mode only the cache is looked at.
     *
     * @return the snapshot folder, {@code <cache>/models--owner--name/snapshots/<commit>}
     * @throws HubException if the model cannot be had; what was downloaded before is kept
     */
    public Path pull(HubId id, DownloadListener listener) throws IOException {
        return pull(id, listener, policy);
    }

    /**
     * As {@link #pull(HubId, DownloadListener)}, but content with an earlier download, and a warning in the log, if the hub cannot be reached.
     *
     * @throws HubException if the model cannot be had
     */
    public Path locate(HubId id, DownloadListener listener) throws IOException {
        Optional<Path> cached = new HubCache(settings.cache(), id).usable(id);
        if (cached.isEmpty()) {
            return pull(id, listener);
        }
        try {
            return pull(id, listener, policy.once());
        } catch (HubException e) {
            if (e.reason() != Reason.UNREACHABLE) {
                throw e;
            }
            LOG.warn(
                    "{} The copy of {} in the cache is used, which may be out of date: {}",
                    e.getMessage(),
                    id,
                    cached.get());
            return cached.get();
        }
    }

    private Path pull(HubId id, DownloadListener listener, RetryPolicy askRevision) throws IOException {
        HubCache cache = new HubCache(settings.cache(), id);
        if (settings.offline()) {
            return cache.usable(id).orElseThrow(() -> notCached(id));
        }
        if (id.isCommit() && cache.isComplete(id.revision())) {
            return cache.snapshot(id.revision());
        }
        RepositoryListing listing = askRevision.retrying(() -> http.listing(id));
        Path snapshot = new Pull(id, listing, cache, listener).run();
        cache.remember(id, listing.commit());
        return snapshot;
    }

    private HubException notCached(HubId id) {
        return new HubException(
                Reason.OFFLINE,
                "HF_HUB_OFFLINE is set and the cache " + settings.cache() + " does not hold " + id
                        + " completely; unset HF_HUB_OFFLINE or download the model first"
                        + " ('florence4j pull " + id + "').");
    }

    /** One run over the files of a commit. */
    private final class Pull {
        private final HubId id;
        private final RepositoryListing listing;
        private final HubCache cache;
        private final DownloadListener listener;
        private final Path snapshot;

        Pull(HubId id, RepositoryListing listing, HubCache cache, DownloadListener listener) {
            this.id = id;
            this.listing = listing;
            this.cache = cache;
            this.listener = listener;
            this.snapshot = cache.snapshot(listing.commit());
        }

        Path run() throws IOException {
            String weights = ModelFiles.weights(listing.files()).orElseThrow(this::notAModel);
            for (String file : ModelFiles.DESCRIPTION) {
                fetchIfListed(file);
            }
            fetch(weights);
            if (weights.equals(ModelFiles.SHARD_INDEX)) {
                for (String shard : shards()) {
                    fetch(shard);
                }
            }
            noteAbsentWeights();
            return snapshot;
        }

        private void fetchIfListed(String file) throws IOException {
            if (listing.files().contains(file)) {
                fetch(file);
            } else {
                cache.rememberAbsent(listing.commit(), file);
            }
        }

        private List<String> shards() throws IOException {
            List<String> shards = new ArrayList<>();
            for (String shard : ModelFiles.shards(snapshot.resolve(ModelFiles.SHARD_INDEX))) {
                HubCache.inside(snapshot, shard);
                if (!listing.files().contains(shard)) {
                    throw new HubException(
                            Reason.NOT_FOUND,
                            "The weights of " + id + " are not complete on the hub: '" + shard + "' is named in "
                                    + ModelFiles.SHARD_INDEX + " and missing.");
                }
                shards.add(shard);
            }
            return shards;
        }

        private void fetch(String file) throws IOException {
            Path pointer = HubCache.inside(snapshot, file);
            if (Files.exists(pointer)) {
                return;
            }
            RemoteFile remote = policy.retrying(() -> http.describe(id, listing.commit(), file));
            Path blob = cache.blob(remote.etag());
            try (BlobLock lock = BlobLock.acquire(cache.lock(remote.etag()))) {
                if (!isThere(blob, remote)) {
                    new BlobDownload(http, policy, id, remote, blob, listener).run();
                }
                SnapshotLink.place(blob, pointer, LINKS);
                LOG.debug("{} is in place under {}", file, lock);
            } catch (HubException e) {
                throw e;
            } catch (FileSystemException e) {
                throw new HubException(
                        Reason.LOCAL, "The cache " + settings.cache() + " cannot take '" + file + "': " + e + ".", e);
            }
        }

        private boolean isThere(Path blob, RemoteFile remote) throws IOException {
            return Files.exists(blob) && (!remote.hasSize() || Files.size(blob) == remote.size());
        }

        private void noteAbsentWeights() {
            ModelFiles.WEIGHTS.stream()
                    .filter(file -> !listing.files().contains(file))
                    .forEach(file -> cache.rememberAbsent(listing.commit(), file));
        }

        private HubException notAModel() {
            return new HubException(
                    Reason.NOT_FOUND,
                    "The repository " + id + " holds no weights that can be read; expected one of "
                            + String.join(", ", ModelFiles.WEIGHTS) + ".");
        }
    }
}
