package io.github.florence4j.evaluate;

import io.github.florence4j.Answer;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.task.Profile;
import io.github.florence4j.text.Florence2Tokenizer;
import java.util.List;

/** A predictor that asks another. */
class Forwarding implements Predictor {
    private final Predictor other;

    Forwarding(Predictor other) {
        this.other = other;
    }

    @Override
    public void begin() {
        other.begin();
    }

    @Override
    public List<Answer<?>> predict(List<Question> questions) {
        return other.predict(questions);
    }

    @Override
    public Florence2Tokenizer tokenizer() {
        return other.tokenizer();
    }

    @Override
    public ImageProcessorConfig images() {
        return other.images();
    }

    @Override
    public Profile profile() {
        return other.profile();
    }
}
