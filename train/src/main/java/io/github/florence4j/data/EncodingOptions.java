package io.github.florence4j.data;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.task.Profile;

/**
 * How samples become token ids.
 *
 * @param maxPromptTokens the longest prompt, {@code <s>} and {@code </s>} included
 * @param maxAnswerTokens the longest answer, {@code <s>} and {@code </s>} included
 * @param longPrompts what becomes of longer prompts
 * @param longAnswers what becomes of longer answers
 * @param answers which of several answers is trained
 * @param answersRequired whether samples without an answer are rejected; off for evaluation on test splits
 * @param profile whose rules turn task tokens into words
 */
public record EncodingOptions(
        int maxPromptTokens,
        int maxAnswerTokens,
        TooLong longPrompts,
        TooLong longAnswers,
        AnswerChoice answers,
        boolean answersRequired,
        Profile profile) {
    /** What becomes of a text over the limit. */
    public enum TooLong {
        /** The sample is rejected. */
        REJECT,
        /**
         * The text is cut. A cut prompt still ends in {@code </s>}; a cut answer does not, so that the model does not learn
         * to stop there.
         */
        CUT
    }

    /** Checks the limits. */
    public EncodingOptions {
        if (maxPromptTokens < 3 || maxAnswerTokens < 3) {
            throw new IllegalArgumentException("the limits of prompt and answer must be at least 3 tokens, not "
                    + maxPromptTokens + " and " + maxAnswerTokens);
        }
    }

    /**
     * What a checkpoint has room for: prompts beside the visual tokens in the encoder's positions (447 for base at 768 x 768
     * pixels), answers in the decoder's positions. Long prompts are rejected, long answers cut, the first answer trained.
     */
    public static EncodingOptions of(Florence2Config config, int imageHeight, int imageWidth) {
        int positions = config.text().maxPositionEmbeddings();
        int room = positions - config.vision().visualTokens(imageHeight, imageWidth);
        return new EncodingOptions(
                room, positions, TooLong.REJECT, TooLong.CUT, AnswerChoice.FIRST, true, Profile.FLORENCE4J);
    }

    /** These options with another limit of prompts. */
    public EncodingOptions withMaxPromptTokens(int tokens) {
        return new EncodingOptions(
                tokens, maxAnswerTokens, longPrompts, longAnswers, answers, answersRequired, profile);
    }

    /** These options with another limit of answers. */
    public EncodingOptions withMaxAnswerTokens(int tokens) {
        return new EncodingOptions(
                maxPromptTokens, tokens, longPrompts, longAnswers, answers, answersRequired, profile);
    }

    /** These options with other rules for texts over the limits. */
    public EncodingOptions withTooLong(TooLong prompt, TooLong answer) {
        return new EncodingOptions(maxPromptTokens, maxAnswerTokens, prompt, answer, answers, answersRequired, profile);
    }

    /** These options with another choice of answers. */
    public EncodingOptions withAnswers(AnswerChoice choice) {
        return new EncodingOptions(
                maxPromptTokens, maxAnswerTokens, longPrompts, longAnswers, choice, answersRequired, profile);
    }

    /** These options with answers required or not. */
    public EncodingOptions withAnswersRequired(boolean required) {
        return new EncodingOptions(
                maxPromptTokens, maxAnswerTokens, longPrompts, longAnswers, answers, required, profile);
    }
}
