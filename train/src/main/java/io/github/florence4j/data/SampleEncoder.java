package io.github.florence4j.data;

import io.github.florence4j.data.EncodingOptions.TooLong;
import io.github.florence4j.task.Prompts;
import io.github.florence4j.text.Florence2Tokenizer;
import java.util.Arrays;

/** Turns the words of samples into token ids, as the reference's processor does. Safe for concurrent callers. */
public final class SampleEncoder {
    private static final int[] NOTHING = {};

    private final Florence2Tokenizer tokenizer;
    private final EncodingOptions options;

    /** An encoder; the tokenizer stays the caller's. */
    public SampleEncoder(Florence2Tokenizer tokenizer, EncodingOptions options) {
        this.tokenizer = tokenizer;
        this.options = options;
    }

    /**
     * The result for one sample.
     *
     * @param index the number of the record in its source
     * @param sample the sample
     * @param promptIds {@code <s>}, the prompt's words, {@code </s>}
     * @param labelIds {@code <s>}, the answer, {@code </s>}; the end is missing where the answer was cut; nothing when the
     *     sample has no answer
     * @param truncated whether prompt or answer was cut
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over without a copy and not changed afterwards
    record Encoded(long index, Sample sample, int[] promptIds, int[] labelIds, boolean truncated) {
        int length() {
            return promptIds.length + labelIds.length;
        }
    }

    /** The ids of a sample, or {@link Rejected}. */
    Encoded encode(Sample sample, Pass pass, long index) throws Rejected {
        int[] prompt = prompt(sample);
        if (prompt.length > options.maxPromptTokens() && options.longPrompts() == TooLong.REJECT) {
            throw new Rejected("the prompt has " + prompt.length + " tokens, more than " + options.maxPromptTokens());
        }
        int[] answer = answer(sample, pass, index);
        if (answer.length > options.maxAnswerTokens() && options.longAnswers() == TooLong.REJECT) {
            throw new Rejected("the answer has " + answer.length + " tokens, more than " + options.maxAnswerTokens());
        }
        boolean truncated = prompt.length > options.maxPromptTokens() || answer.length > options.maxAnswerTokens();
        return new Encoded(index, sample, cutPrompt(prompt), cutAnswer(answer), truncated);
    }

    /** The ids of the sample's prompt, however long. */
    int[] prompt(Sample sample) throws Rejected {
        try {
            return tokenizer.encode(
                    Prompts.of(sample.prompt(), options.profile()).text());
        } catch (IllegalArgumentException e) {
            throw new Rejected(String.valueOf(e.getMessage()));
        }
    }

    private int[] answer(Sample sample, Pass pass, long index) throws Rejected {
        int count = sample.answers().size();
        if (count == 0) {
            if (options.answersRequired()) {
                throw new Rejected("the sample has no answer");
            }
            return NOTHING;
        }
        int chosen = options.answers() == AnswerChoice.FIRST ? 0 : pass.draw(~index, count);
        return tokenizer.encode(sample.answers().get(chosen));
    }

    private int[] cutPrompt(int[] ids) {
        if (ids.length <= options.maxPromptTokens()) {
            return ids;
        }
        int[] cut = Arrays.copyOf(ids, options.maxPromptTokens());
        cut[cut.length - 1] = Florence2Tokenizer.EOS;
        return cut;
    }

    private int[] cutAnswer(int[] ids) {
        return ids.length <= options.maxAnswerTokens() ? ids : Arrays.copyOf(ids, options.maxAnswerTokens());
    }

    Florence2Tokenizer tokenizer() {
        return tokenizer;
    }

    EncodingOptions options() {
        return options;
    }

    /** Why a sample cannot be used. */
    static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;

        Rejected(String reason) {
            super(reason);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }
}
