package io.github.florence4j.evaluate;

import io.github.florence4j.Answer;
import io.github.florence4j.Timings;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.task.Prompt;
import io.github.florence4j.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A predictor that answers what a test wants, in the words that a model would write. */
final class Fake extends Forwarding {
    private final Function<Question, String> words;
    private final List<Integer> batches = new ArrayList<>();

    Fake(Predictor tokens, Function<Question, String> words) {
        super(tokens);
        this.words = words;
    }

    /** The sizes of the batches that were asked. */
    List<Integer> batches() {
        return batches;
    }

    @Override
    public List<Answer<?>> predict(List<Question> questions) {
        batches.add(questions.size());
        return questions.stream()
                .<Answer<?>>map(question -> answer(question.prompt().task(), question))
                .toList();
    }

    private <R> Answer<R> answer(Task<R> task, Question question) {
        Prompt prompt = question.prompt();
        String text = words.apply(question);
        TaskResult result = Results.read(text, task, question.width(), question.height(), profile());
        return new Answer<>(
                task,
                prompt,
                task.resultOf(result),
                text,
                new int[] {2, 0, 2},
                new float[] {0, -0.5f},
                -0.5f,
                false,
                new Timings(0, 0, 0, 0),
                List.of());
    }
}
