package io.github.florence4j.evaluate;

import io.github.florence4j.Answer;
import io.github.florence4j.Answering;
import io.github.florence4j.RunOptions;
import io.github.florence4j.TextListener;
import io.github.florence4j.data.Example;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.task.Profile;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.Scopes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A network that is evaluated where it is: nothing is copied, so that weights in training are seen as they are at the moment.
 * The visual tokens of the latest pictures are kept for further questions on them.
 *
 * <p>Network and tokenizer stay the caller's. Make it outside any {@code PointerScope}.
 */
public final class NetworkPredictor implements Predictor, AutoCloseable {
    /** Pictures whose visual tokens are kept; with 577 tokens of 1,024 numbers, those of the large size, 150 MB. */
    private static final int KEPT = 64;

    private final Answering answering;
    private final Florence2Tokenizer tokenizer;
    private final ImageProcessorConfig images;
    private final RunOptions options;
    private final @Nullable PictureFeatures features;
    private final Map<String, Tensor> kept = new LinkedHashMap<>(16, 0.75f, true); // guarded by itself

    /**
     * A predictor that computes the pictures from their pixels.
     *
     * @param lanes the most batches of {@link RunOptions#atOnce()} questions that are computed side by side; see {@link
     *     Answering#Answering(Florence2Network, Florence2Tokenizer, ImageProcessorConfig, int)}
     */
    public NetworkPredictor(
            Florence2Network network,
            Florence2Tokenizer tokenizer,
            ImageProcessorConfig images,
            RunOptions options,
            int lanes) {
        this(new Answering(network, tokenizer, images, lanes), tokenizer, images, options, null);
    }

    /**
     * A predictor with one lane.
     *
     * @param features where visual tokens come from; null to compute them from the pixels
     */
    public NetworkPredictor(
            Florence2Network network,
            Florence2Tokenizer tokenizer,
            ImageProcessorConfig images,
            RunOptions options,
            @Nullable PictureFeatures features) {
        this(new Answering(network, tokenizer, images), tokenizer, images, options, features);
    }

    private NetworkPredictor(
            Answering answering,
            Florence2Tokenizer tokenizer,
            ImageProcessorConfig images,
            RunOptions options,
            @Nullable PictureFeatures features) {
        this.answering = answering;
        this.tokenizer = tokenizer;
        this.images = images;
        this.options = options;
        this.features = features;
    }

    @Override
    public void begin() {
        synchronized (kept) {
            kept.values().forEach(Tensor::close);
            kept.clear();
        }
    }

    @Override
    public List<Answer<?>> predict(List<Question> questions) {
        Map<String, Integer> pictures = new LinkedHashMap<>();
        List<Example> examples = new ArrayList<>();
        List<Answering.Question> asked = new ArrayList<>();
        for (Question question : questions) {
            String hash = question.example().imageHash();
            Integer picture = pictures.putIfAbsent(hash, pictures.size());
            if (picture == null) {
                picture = examples.size();
                examples.add(question.example());
            }
            asked.add(new Answering.Question(question.prompt(), picture, question.width(), question.height()));
        }
        return answering.answers(asked, picture -> visualTokens(examples.get(picture)), options, TextListener.NONE);
    }

    private Tensor visualTokens(Example example) {
        try {
            return features == null ? computed(example) : features.of(example);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Tensor computed(Example example) {
        synchronized (kept) {
            Tensor known = kept.get(example.imageHash());
            if (known != null) {
                return known.detach(); // a handle of the caller's own: another lane may drop the kept one
            }
        }
        float[] pixels = example.pixelValues();
        if (pixels == null) {
            throw new IllegalStateException("the pixels of " + example.id() + " were not loaded");
        }
        Tensor tokens = Scopes.own(() -> answering.visualTokens(pixels));
        synchronized (kept) {
            kept.put(example.imageHash(), tokens);
            if (kept.size() > KEPT) {
                Iterator<Tensor> leastRecent = kept.values().iterator();
                leastRecent.next().close();
                leastRecent.remove();
            }
            return tokens.detach();
        }
    }

    @Override
    public boolean wantsPixels(String imageHash) {
        return features == null || features.wantsPixels(imageHash);
    }

    @Override
    public Florence2Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public ImageProcessorConfig images() {
        return images;
    }

    @Override
    public Profile profile() {
        return options.profile();
    }

    /** Frees what is kept. */
    @Override
    public void close() {
        begin();
        answering.close();
    }
}
