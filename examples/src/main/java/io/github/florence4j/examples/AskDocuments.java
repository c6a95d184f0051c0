package io.github.florence4j.examples;

import io.github.florence4j.Answer;
import io.github.florence4j.Florence2;
import io.github.florence4j.Request;
import io.github.florence4j.RunOptions;
import io.github.florence4j.TextListener;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.task.Task;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks one question of many pages in one batch, with a model fine-tuned for {@code <DocVQA>}. Arguments: model, question,
 * images.
 */
public final class AskDocuments {
    private static final Task<String> DOC_VQA = Task.custom("<DocVQA>");

    private AskDocuments() {}

    /** Runs the example. */
    public static void main(String[] args) throws IOException {
        try (Florence2 model = Florence2.load(args[0])) {
            List<Request<?>> requests = new ArrayList<>();
            for (int i = 2; i < args.length; i++) {
                requests.add(Request.of(DOC_VQA, RgbImage.read(Path.of(args[i])), args[1]));
            }
            RunOptions shortAnswers = model.defaults()
                    .withGeneration(model.defaults().generation().toBuilder()
                            .maxNewTokens(32)
                            .build());
            List<List<Answer<?>>> answers = model.answers(requests, shortAnswers, TextListener.NONE);
            for (int i = 0; i < answers.size(); i++) {
                Answer<?> answer = answers.get(i).get(0);
                System.out.printf(
                        "%s: %s (confidence %.2f%s)%n",
                        args[i + 2], answer.result(), answer.confidence(), answer.truncated() ? ", cut short" : "");
            }
        }
    }
}
