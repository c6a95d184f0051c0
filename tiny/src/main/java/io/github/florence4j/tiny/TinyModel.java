package io.github.florence4j.tiny;

import io.github.florence4j.hub.BundledModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The small model in this artifact, called {@value #NAME}. libtorch maps weights from files, so the model is laid out in a
 * folder of the user's cache when it is first asked for.
 *
 * <pre>{@code
 * try (Florence2 model = Florence2.load("tiny")) { … }
 * }</pre>
 */
public final class TinyModel implements BundledModel {
    /** The name that stands for the model where a folder or a hub id may stand. */
    public static final String NAME = "tiny";

    private static final String RESOURCES = "/io/github/florence4j/tiny/model/";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Path folder() throws IOException {
        PackedModel packed = PackedModel.read(name -> TinyModel.class.getResourceAsStream(RESOURCES + name));
        return packed.layOut(cache(System.getenv()));
    }

    /** Whether this build holds weights; a build from sources without them does not. */
    public static boolean isPresent() {
        return TinyModel.class.getResource(RESOURCES + PackedModel.SUMS) != null;
    }

    /**
     * Where models are laid out: {@code XDG_CACHE_HOME/florence4j}, else {@code ~/.cache/florence4j}, else, where there is no
     * home that can be written to, a folder among the temporary files.
     */
    static Path cache(Map<String, String> environment) {
        Path base = variable(environment, "XDG_CACHE_HOME")
                .or(() -> variable(environment, "HOME").map(home -> home.resolve(".cache")))
                .orElseGet(() -> Path.of(System.getProperty("user.home", "."), ".cache"));
        Path cache = base.resolve("florence4j");
        try {
            Files.createDirectories(cache);
            if (Files.isWritable(cache)) {
                return cache;
            }
        } catch (IOException e) {
            // The temporary files are the place of those who have no home.
        }
        return Path.of(System.getProperty("java.io.tmpdir"), "florence4j-" + System.getProperty("user.name"));
    }

    private static Optional<Path> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }
}
