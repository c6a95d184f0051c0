package io.github.florence4j.finetune;

import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.data.Batch;
import io.github.florence4j.data.Example;
import io.github.florence4j.evaluate.PictureFeatures;
import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.train.CachedFeatures;
import io.github.florence4j.train.FeatureCache;
import io.github.florence4j.train.FeatureKey;
import io.github.florence4j.train.ImageInput;
import io.github.florence4j.train.TrainingBatch;
import io.github.florence4j.train.TrainingNetwork;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The pictures of batches as the network takes them: pixel values, or features out of the cache. */
final class Pictures implements AutoCloseable {
    private final ImageProcessor processor;
    private final ImageDecoder decoder = new ImageDecoder();
    private final TrainingNetwork network;
    private final Device device;
    private final @Nullable FeatureCache cache;
    private final @Nullable CachedFeatures features;

    private Pictures(ImageProcessor processor, TrainingNetwork network, @Nullable FeatureCache cache) {
        this.processor = processor;
        this.network = network;
        this.device = network.network().device();
        this.cache = cache;
        this.features = cache == null ? null : new CachedFeatures(network, cache, this::pixels);
    }

    /**
     * The pictures of a run.
     *
     * @param training says where the cache is, if there shall be one, and in which precision
     * @param weights those of the frozen parts
     * @throws IllegalArgumentException when there shall be a cache although the vision tower trains
     */
    static Pictures open(
            FineTuneConfig.Training training, TrainingNetwork network, Weights weights, ImageProcessor processor)
            throws IOException {
        if (!training.cachesFeatures()) {
            return new Pictures(processor, network, null);
        }
        ImageInput.Stage stage = network.latestStage();
        if (stage == ImageInput.Stage.PIXELS) {
            throw new IllegalArgumentException("feature-cache is " + training.featureCache()
                    + ", but the vision tower trains; expected vision_tower among freeze, or feature-cache off");
        }
        FeatureKey key = FeatureKey.of(
                stage,
                shape(stage, network, processor),
                training.featurePrecision().dtype(),
                training.precision().dtype(),
                weights,
                processor.config().toString());
        return new Pictures(processor, network, FeatureCache.open(Path.of(training.featureCache()), key));
    }

    private static List<Long> shape(ImageInput.Stage stage, TrainingNetwork network, ImageProcessor processor) {
        VisionConfig vision = network.network().config().vision();
        int height = processor.config().height();
        int width = processor.config().width();
        if (stage == ImageInput.Stage.TOWER_MAP) {
            return List.of(
                    (long) vision.featureSide(height), (long) vision.featureSide(width), (long) vision.outputDim());
        }
        long hidden = network.network().config().text().dModel();
        return List.of((long) vision.visualTokens(height, width), hidden);
    }

    /** Whether the pixels of an image are needed, told by the SHA-256 of its file. */
    boolean wantsPixels(String imageHash) {
        return cache == null || !cache.contains(imageHash);
    }

    /** The pictures of a batch, in its order; they belong to the caller's scope. */
    ImageInput of(Batch batch) throws IOException {
        return features == null
                ? TrainingBatch.pixels(
                        batch, processor.config().height(), processor.config().width(), device)
                : features.of(batch);
    }

    private Tensor pixels(Example example) throws IOException {
        float[] values = example.pixelValues();
        if (values == null) { // they were in the cache when the example was read, and proved damaged
            values = processor.process(decoder.decode(
                    example.sample().image().bytes(), example.sample().image().name()));
        }
        return Tensors.ofFloats(device, values)
                .view(1, 3, processor.config().height(), processor.config().width());
    }

    /** The cache as evaluation takes pictures from it, if there is one. */
    Optional<PictureFeatures> features() {
        return cache == null || features == null
                ? Optional.empty()
                : Optional.of(PictureFeatures.cached(network, cache, features));
    }

    /** A sentence about the cache: what it holds and how large it can become. */
    Optional<String> describe(long images) {
        if (cache == null) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "feature cache: %,d kB an image, at most %,d MB for %,d images; %,d are there",
                cache.key().bytesPerImage() / 1000,
                FeatureCache.bytes(cache.key(), images) / 1_000_000,
                images,
                cache.size()));
    }

    @Override
    public void close() throws IOException {
        if (cache != null) {
            cache.close();
        }
    }
}
