package io.github.florence4j.train;

import io.github.florence4j.data.Batch;
import io.github.florence4j.data.Example;
import io.github.florence4j.data.LoaderPosition;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.Autocast;
import io.github.florence4j.torch.Scopes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The pictures of batches by way of a {@link FeatureCache}. A missing image is computed by itself, kept, and read back:
 * what training sees depends on the image alone, not on what it was batched with or on when the cache was filled.
 */
public final class CachedFeatures {
    /** Pixel values of images that the cache lacks. */
    @FunctionalInterface
    public interface Pixels {
        /**
         * Pixel values {@code (1, 3, height, width)}. The example may come without its own, as the cache seemed to have its
         * features when it was loaded and then they proved damaged.
         */
        Tensor of(Example example) throws IOException;
    }

    private final TrainingNetwork network;
    private final FeatureCache cache;
    private final Pixels pixels;

    /**
     * Features of a network whose vision path is frozen as far as the cache's stage.
     *
     * @throws IllegalArgumentException when a part before that stage trains
     */
    public CachedFeatures(TrainingNetwork network, FeatureCache cache, Pixels pixels) {
        if (cache.key().stage().compareTo(network.latestStage()) > 0) {
            throw new IllegalArgumentException("features are to be cached as "
                    + cache.key().stage() + " but a part before that trains; expected "
                    + network.latestStage() + " or no cache");
        }
        this.network = network;
        this.cache = cache;
        this.pixels = pixels;
    }

    /** The features of a batch's pictures, in its order; they belong to the caller's scope. */
    public ImageInput of(Batch batch) throws IOException {
        Device device = network.network().device();
        Tensor features = Scopes.keep(() -> {
            TensorVector rows = new TensorVector();
            for (Example example : batch.examples()) {
                rows.push_back(features(example));
            }
            Tensor host = torch.stack(rows, 0);
            return device.is_cpu() ? host : host.to(device, host.scalar_type().intern());
        });
        return new ImageInput(cache.key().stage(), features);
    }

    /** The features of one picture, as a batch of one; they belong to the caller's scope. */
    public ImageInput of(Example example) throws IOException {
        return of(new Batch(List.of(example), LoaderPosition.start(0)));
    }

    private Tensor features(Example example) throws IOException {
        Optional<Tensor> kept = cache.read(example.imageHash());
        if (kept.isPresent()) {
            return kept.get();
        }
        synchronized (this) { // a network is for one thread, and workers ask side by side
            Optional<Tensor> meanwhile = cache.read(example.imageHash());
            if (meanwhile.isPresent()) {
                return meanwhile.get();
            }
            cache.write(example.imageHash(), Scopes.keep(() -> compute(example)));
            return cache.read(example.imageHash())
                    .orElseThrow(() -> new IOException(
                            "the features of image " + example.imageHash() + " cannot be read back; check the disk"));
        }
    }

    private Tensor compute(Example example) throws IOException {
        ImageInput image = new ImageInput(ImageInput.Stage.PIXELS, pixels.of(example));
        try (Autocast cast = Autocast.on(network.network().device(), cache.key().computedIn())) {
            return network.advance(image, cache.key().stage(), Regularization.NONE)
                    .tensor()
                    .squeeze(0);
        }
    }
}
