package io.github.florence4j.parse;

import io.github.florence4j.result.TaskResult;
import io.github.florence4j.task.ParserKind;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.text.TokenSpans;
import java.util.Arrays;

/**
 * Reads what the model wrote. Never throws on any text, and takes time linear in its length (specification, section 7;
 * decision 0005 tells the profiles apart).
 */
public final class OutputParser {
    private OutputParser() {}

    /**
     * Parses the answer to a task.
     *
     * @param text the decoded sequence with its special tokens, {@code </s><s>…</s>}
     * @param task the task that was asked; a custom one gives text
     * @param width width of the original image in pixels, at least 1
     * @param height height of the original image in pixels, at least 1
     * @param profile whose rules to follow
     * @return the result with the place of each item in {@code text}
     */
    public static Parsed parse(String text, Task<?> task, int width, int height, Profile profile) {
        Coordinates coordinates = Coordinates.of(width, height, profile);
        if (profile != Profile.FLORENCE4J) {
            return new ReferenceParser(coordinates, profile).parse(text, task.parserKind());
        }
        if (task.isCustom() && task.parserKind() == ParserKind.PURE_TEXT) {
            return Florence4jParser.words(text, true);
        }
        return Florence4jParser.parse(text, task.parserKind(), coordinates);
    }

    /**
     * Parses a generated sequence, with scores for its items: for all of them in the default profile, for the boxes of
     * detection and dense captions in the microsoft profile, for none in the transformers profile.
     *
     * @param tokenizer the tokenizer that decodes the sequence
     * @param ids the whole sequence, from the decoder's start token
     * @param logProbs the log-probability of each token after the start token, padding included
     * @throws IllegalArgumentException if the lengths do not fit together
     */
    public static TaskResult parse(
            Florence2Tokenizer tokenizer,
            int[] ids,
            double[] logProbs,
            Task<?> task,
            int width,
            int height,
            Profile profile) {
        if (logProbs.length != Math.max(0, ids.length - 1)) {
            throw new IllegalArgumentException("expected a log-probability for each of the "
                    + Math.max(0, ids.length - 1) + " tokens after the start token, found " + logProbs.length);
        }
        int[] generated = ids.length == 0 ? ids : Arrays.copyOfRange(ids, 1, ids.length);
        return switch (profile) {
            case FLORENCE4J -> {
                TokenSpans spans = TokenSpans.of(tokenizer, generated);
                yield ItemScores.add(parse(spans.text(), task, width, height, profile), spans, logProbs);
            }
            case TRANSFORMERS -> {
                boolean begins = ids.length > 0 && ids[0] == Florence2Tokenizer.BOS;
                yield parse(tokenizer.decode(begins ? generated : ids), task, width, height, profile)
                        .result();
            }
            case MICROSOFT -> {
                TokenSpans spans = TokenSpans.ofPieces(
                        Arrays.stream(generated).mapToObj(tokenizer::tokenText).toList());
                TaskResult result =
                        parse(spans.text(), task, width, height, profile).result();
                yield task.parserKind() == ParserKind.DESCRIPTION_WITH_BBOXES
                        ? result.withScores(MicrosoftScores.of(spans, logProbs))
                        : result;
            }
        };
    }
}
