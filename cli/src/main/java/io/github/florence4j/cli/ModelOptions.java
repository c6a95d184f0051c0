package io.github.florence4j.cli;

import io.github.florence4j.hub.HubSettings;
import io.github.florence4j.hub.ModelLocation;
import io.github.florence4j.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model: a folder or an id of the hub. */
final class ModelOptions {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description = "Checkpoint folder, or hub id owner/name[@revision], which is downloaded once; or tiny, the"
                    + " small model that travels along (the default).")
    private @Nullable String model;

    /** The folder of the model, downloaded if need be; without one, that of the small model. */
    Path directory(Reporter reporter) throws IOException {
        return resolve(model == null ? TinyModel.NAME : model, reporter);
    }

    /** Whether a model was named. */
    boolean isGiven() {
        return model != null;
    }

    /** The folder that a user means by a path or a hub id. */
    static Path resolve(String directoryOrId, Reporter reporter) throws IOException {
        try (DownloadBars bars = new DownloadBars(reporter)) {
            return ModelLocation.resolve(directoryOrId, HubSettings::fromEnvironment, bars);
        }
    }
}
