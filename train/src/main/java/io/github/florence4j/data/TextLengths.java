package io.github.florence4j.data;

import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Prompts;

/** How long prompts and answers are, and what there is room for. */
interface TextLengths {
    /** What is counted, in the plural. */
    String unit();

    /** The longest prompt that there is room for. */
    int maxPrompt();

    /** The longest answer that there is room for. */
    int maxAnswer();

    /** The length of a sample's prompt; throws when it is no prompt. */
    int prompt(Sample sample) throws SampleEncoder.Rejected;

    /** The length of an answer. */
    int answer(String answer);

    /** Lengths in tokens, {@code <s>} and {@code </s>} included. */
    static TextLengths inTokens(SampleEncoder encoder) {
        EncodingOptions options = encoder.options();
        return new TextLengths() {
            @Override
            public String unit() {
                return "tokens";
            }

            @Override
            public int maxPrompt() {
                return options.maxPromptTokens();
            }

            @Override
            public int maxAnswer() {
                return options.maxAnswerTokens();
            }

            @Override
            public int prompt(Sample sample) throws SampleEncoder.Rejected {
                return encoder.prompt(sample).length;
            }

            @Override
            public int answer(String answer) {
                return encoder.tokenizer().encode(answer).length;
            }
        };
    }

    /** Lengths in characters, without limits, where there is no tokenizer. */
    static TextLengths inCharacters() {
        return new TextLengths() {
            @Override
            public String unit() {
                return "characters";
            }

            @Override
            public int maxPrompt() {
                return Integer.MAX_VALUE;
            }

            @Override
            public int maxAnswer() {
                return Integer.MAX_VALUE;
            }

            @Override
            public int prompt(Sample sample) throws SampleEncoder.Rejected {
                try {
                    return answer(
                            Prompts.of(sample.prompt(), Profile.FLORENCE4J).text());
                } catch (IllegalArgumentException e) {
                    throw new SampleEncoder.Rejected(String.valueOf(e.getMessage()));
                }
            }

            @Override
            public int answer(String answer) {
                return answer.codePointCount(0, answer.length());
            }
        };
    }
}
