package io.github.florence4j.hub;

import io.github.florence4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** The place of a model that a user names by a directory, by a hub id, or by the name of a model in an artifact. */
public final class ModelLocation {
    private ModelLocation() {}

    /**
     * The directory of a model: that of the {@link BundledModel} of this name if there is one, else the named directory if
     * there is one, else the cached or downloaded snapshot of the hub id {@code owner/name[@revision]}.
     *
     * @throws HubException if it is none of them, or the model cannot be had
     */
    public static Path resolve(String directoryOrId, HubSettings settings, DownloadListener listener)
            throws IOException {
        return resolve(directoryOrId, () -> settings, listener);
    }

    /**
     * As {@link #resolve(String, HubSettings, DownloadListener)}; {@code settings} are only asked for when the hub is
     * needed, so that a wrong environment does not keep a directory from being used.
     */
    public static Path resolve(String directoryOrId, Supplier<HubSettings> settings, DownloadListener listener)
            throws IOException {
        Optional<BundledModel> bundled = BundledModel.named(directoryOrId);
        if (bundled.isPresent()) {
            return bundled.get().folder();
        }
        Optional<Path> path = path(directoryOrId);
        if (path.filter(Files::isDirectory).isPresent()) {
            return path.get();
        }
        if (path.filter(Files::exists).isPresent()) {
            throw new HubException(
                    Reason.LOCAL, "'" + directoryOrId + "' is a file; expected the directory of a model.");
        }
        if (!HubId.looksLikeHubId(directoryOrId)) {
            throw new HubException(
                    Reason.NOT_FOUND,
                    "'" + directoryOrId
                            + "' is neither a directory nor a hub id, and no artifact on the class path holds a"
                            + " model of that name; expected the directory of a model or owner/name[@revision], such as"
                            + " microsoft/Florence-2-base.");
        }
        return fromHub(directoryOrId, settings.get(), listener);
    }

    private static Path fromHub(String text, HubSettings settings, DownloadListener listener) throws IOException {
        try {
            return new HubClient(settings).locate(HubId.parse(text), listener);
        } catch (HubException e) {
            if (e.reason() == Reason.LOCAL || e.reason() == Reason.DAMAGED) {
                throw e;
            }
            throw new HubException(
                    e.reason(), "There is no directory '" + text + "', and as a hub id: " + e.getMessage(), e);
        }
    }

    private static Optional<Path> path(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
