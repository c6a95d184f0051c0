package io.github.florence4j.evaluate;

import io.github.florence4j.data.ImageRef;
import io.github.florence4j.data.ListSource;
import io.github.florence4j.data.Sample;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.packed.Precision;
import io.github.florence4j.task.Profile;
import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The tiny fixture checkpoint and questions on the fixture images. */
final class Tiny {
    static final String CORRUPT = "corrupt.png";
    private static final List<String> IMAGES = List.of("coffee.png", "page.png", "rocket.jpg");

    private Tiny() {}

    static EvaluatedModel load() throws IOException {
        return EvaluatedModel.load(Fixtures.path("tiny-transformers"), null, Precision.FP32, "cpu");
    }

    static NetworkPredictor predictor(EvaluatedModel model) {
        return model.predictor(shortAnswers(model), Profile.FLORENCE4J);
    }

    /** Greedy, eight tokens. */
    static GenerationOptions shortAnswers(EvaluatedModel model) {
        return model.generation().numBeams(1).maxNewTokens(8).build();
    }

    /** Questions of unequal lengths, two of them in turn on each image. */
    static List<Sample> questions(int count) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(new Sample(
                    "q" + i,
                    image(i / 2),
                    "<DocVQA>What is" + " this".repeat(i * 5 % 7) + "?",
                    List.of("answer " + i, "the other"),
                    List.of(i % 2 == 0 ? "form" : "table")));
        }
        return samples;
    }

    static ListSource source(List<Sample> samples) {
        return new ListSource("tiny", samples);
    }

    static ImageRef image(int number) {
        return ImageRef.ofFile(Fixtures.path("images/" + IMAGES.get(number % IMAGES.size())));
    }

    static Sample corrupt(String id) {
        return new Sample(id, ImageRef.ofBytes(new byte[] {1, 2, 3}, CORRUPT), "<DocVQA>What?", List.of("a"));
    }
}
