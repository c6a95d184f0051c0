package io.github.florence4j;

import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.task.Task;
import java.util.List;

/** Answers to several prompts of one request, as one result. */
final class Answers {
    private Answers() {}

    /** The items of all results in one; texts become lines. */
    static <R> R merge(Task<R> task, List<Answer<R>> answers) {
        if (answers.size() == 1) {
            return answers.get(0).result();
        }
        Class<R> type = task.resultType();
        if (type == String.class) {
            return type.cast(String.join("\n", results(answers, String.class)));
        }
        if (type == Detections.class) {
            return type.cast(Detections.merge(results(answers, Detections.class)));
        }
        if (type == OcrRegions.class) {
            return type.cast(OcrRegions.merge(results(answers, OcrRegions.class)));
        }
        if (type == Polygons.class) {
            return type.cast(Polygons.merge(answers.stream()
                    .map(answer -> ((Polygons) answer.result())
                            .labelled(answer.prompt().input()))
                    .toList()));
        }
        return type.cast(OpenVocabularyDetections.merge(results(answers, OpenVocabularyDetections.class)));
    }

    private static <T> List<T> results(List<? extends Answer<?>> answers, Class<T> type) {
        return answers.stream().map(answer -> type.cast(answer.result())).toList();
    }

    /** The answers to one request, as its task's type. */
    @SuppressWarnings("unchecked") // the answers to a request for a Task<R> were made as Answer<R>
    static <R> List<Answer<R>> typed(Task<R> task, List<Answer<?>> answers) {
        return (List<Answer<R>>) (List<?>) answers;
    }

    static <R> Answer<R> timed(Answer<R> answer, Timings timings) {
        return new Answer<>(
                answer.task(),
                answer.prompt(),
                answer.result(),
                answer.text(),
                answer.tokenIds(),
                answer.tokenScores(),
                answer.score(),
                answer.truncated(),
                timings,
                answer.alternatives().stream().map(a -> timed(a, timings)).toList());
    }

    static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
