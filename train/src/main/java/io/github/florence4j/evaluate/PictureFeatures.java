package io.github.florence4j.evaluate;

import io.github.florence4j.data.Example;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.train.CachedFeatures;
import io.github.florence4j.train.FeatureCache;
import io.github.florence4j.train.ImageInput;
import io.github.florence4j.train.TrainingNetwork;
import java.io.IOException;
import org.bytedeco.pytorch.Tensor;

/** Where a {@link NetworkPredictor} takes the visual tokens of a picture from. */
public interface PictureFeatures {
    /** Visual tokens {@code (1, n, p)} of an example's picture; called within a {@code PointerScope}, to which they belong. */
    Tensor of(Example example) throws IOException;

    /** Whether {@link #of} will need the pixels of the image with that SHA-256; called by several threads at once. */
    boolean wantsPixels(String imageHash);

    /** The features that training has on disk; those of other images are computed and kept there. */
    static PictureFeatures cached(TrainingNetwork network, FeatureCache cache, CachedFeatures features) {
        return new PictureFeatures() {
            @Override
            public Tensor of(Example example) throws IOException {
                return network.advance(features.of(example), ImageInput.Stage.VISUAL_TOKENS, Regularization.NONE)
                        .tensor();
            }

            @Override
            public boolean wantsPixels(String imageHash) {
                return !cache.contains(imageHash);
            }
        };
    }
}
