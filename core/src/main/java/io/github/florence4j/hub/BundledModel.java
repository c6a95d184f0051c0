package io.github.florence4j.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * A model that travels in an artifact, found by {@link ServiceLoader}: whoever has the artifact on the class path can name
 * the model as others name a folder or a hub id.
 */
public interface BundledModel {
    /** What the model is called, without a slash. It goes before a folder of that name; {@code ./name} means the folder. */
    String name();

    /**
     * The folder of the model, made on first use.
     *
     * @throws IOException if it cannot be written, or the artifact holds no weights
     */
    Path folder() throws IOException;

    /**
     * The model of that name, if its artifact is on the class path.
     *
     * @throws IOException if an artifact on the class path names a model that cannot be made
     */
    static Optional<BundledModel> named(String name) throws IOException {
        try {
            for (BundledModel model : ServiceLoader.load(BundledModel.class, BundledModel.class.getClassLoader())) {
                if (model.name().equals(name)) {
                    return Optional.of(model);
                }
            }
            return Optional.empty();
        } catch (ServiceConfigurationError e) {
            throw new IOException("the models on the class path cannot be listed: " + e.getMessage(), e);
        }
    }
}
