package io.github.florence4j.hub;

import io.github.florence4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of one repository in the cache: {@code blobs}, {@code refs}, {@code snapshots}, {@code .no_exist}.
 *
 * <p>The layout is the one that {@code huggingface_hub.file_download} documents.
 */
final class HubCache {
    private static final Logger LOG = LoggerFactory.getLogger(HubCache.class);
    private static final Pattern ETAG = Pattern.compile("[0-9A-Za-z_-][0-9A-Za-z._-]{0,199}");

    private final Path root;
    private final String folder;

    HubCache(Path root, HubId id) {
        this.root = root;
        this.folder = "models--" + id.owner() + "--" + id.name();
    }

    /** The folder that holds the files of a commit under their own names. */
    Path snapshot(String commit) {
        return root.resolve(folder).resolve("snapshots").resolve(commit);
    }

    /** The file that holds the bytes that an ETag names. */
    Path blob(String etag) throws HubException {
        return root.resolve(folder).resolve("blobs").resolve(requireEtag(etag));
    }

    /** The file that is locked while a blob is downloaded. */
    Path lock(String etag) throws HubException {
        return root.resolve(".locks").resolve(folder).resolve(requireEtag(etag) + ".lock");
    }

    /** The commit that a revision stood for when it was last downloaded. */
    Optional<String> commitOf(HubId id) throws IOException {
        if (id.isCommit()) {
            return Optional.of(id.revision());
        }
        try {
            Path ref = ref(id.revision());
            return Files.isRegularFile(ref)
                    ? Optional.of(Files.readString(ref).strip()).filter(HubId::isCommitHash)
                    : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Notes the commit that a revision stands for; a cache that cannot be written is no reason to fail. */
    void remember(HubId id, String commit) {
        try {
            if (id.revision().equals(commit)
                    || commitOf(id).filter(commit::equals).isPresent()) {
                return;
            }
            Path ref = ref(id.revision());
            Files.createDirectories(ref.getParent());
            Path fresh = Files.createTempFile(ref.getParent(), ref.getFileName() + ".", ".tmp");
            Files.writeString(fresh, commit);
            Files.move(fresh, ref, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | InvalidPathException e) {
            LOG.warn("The cache {} cannot note that {} is commit {}: {}", root, id, commit, e.toString());
        }
    }

    /** Notes that a commit has no file of this name, so that nobody asks the hub for it again. */
    void rememberAbsent(String commit, String file) {
        Path mark = absence(commit, file);
        try {
            if (!Files.exists(mark)) {
                Files.createDirectories(mark.getParent());
                Files.write(mark, new byte[0]);
            }
        } catch (IOException e) {
            LOG.debug("The cache cannot note that {} does not exist", mark, e);
        }
    }

    /** Whether the snapshot certainly has every file that its commit has and a model needs. */
    boolean isComplete(String commit) throws IOException {
        Path snapshot = snapshot(commit);
        for (String file : ModelFiles.DESCRIPTION) {
            if (!Files.exists(snapshot.resolve(file)) && !Files.exists(absence(commit, file))) {
                return false;
            }
        }
        for (String file : ModelFiles.WEIGHTS) {
            if (Files.exists(snapshot.resolve(file))) {
                return ModelFiles.missingFrom(snapshot).isEmpty();
            }
            if (!Files.exists(absence(commit, file))) {
                return false;
            }
        }
        return false;
    }

    /** The snapshot of a revision, if the cache holds one from which a model can be loaded. */
    Optional<Path> usable(HubId id) throws IOException {
        Optional<Path> snapshot = commitOf(id).map(this::snapshot).filter(Files::isDirectory);
        return snapshot.isPresent() && ModelFiles.missingFrom(snapshot.get()).isEmpty() ? snapshot : Optional.empty();
    }

    /**
     * The path of a repository's file below a folder.
     *
     * @throws HubException if the name would lead out of the folder or cannot be a file name here
     */
    static Path inside(Path folder, String name) throws HubException {
        try {
            Path path = folder.resolve(name).normalize();
            boolean odd = name.indexOf('\\') >= 0 || name.indexOf(':') >= 0 || name.startsWith("/");
            if (!odd && path.startsWith(folder) && !path.equals(folder) && !name.contains("..")) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new HubException(
                    Reason.UNEXPECTED, "The hub names a file '" + name + "', which cannot be a file name here.", e);
        }
        throw new HubException(
                Reason.UNEXPECTED, "The hub names a file '" + name + "', which would lie outside the model's folder.");
    }

    private Path ref(String revision) {
        return root.resolve(folder).resolve("refs").resolve(revision);
    }

    private Path absence(String commit, String file) {
        return root.resolve(folder).resolve(".no_exist").resolve(commit).resolve(file);
    }

    private static String requireEtag(String etag) throws HubException {
        if (!ETAG.matcher(etag).matches()) {
            throw new HubException(
                    Reason.UNEXPECTED, "The hub sent the ETag '" + etag + "', which cannot name a file in the cache.");
        }
        return etag;
    }
}
