package io.github.florence4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.config.GenerationDefaults;
import io.github.florence4j.torch.NativeSettings;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.junit.jupiter.api.Test;

/** What happens to next-token scores, on rows of a vocabulary of five or six by hand; {@code </s>} is 2. */
class ScoresTest {
    private static final int EOS = 2;
    private static final float MINUS_INFINITY = Float.NEGATIVE_INFINITY;

    static {
        NativeSettings.apply();
    }

    @Test
    void noTokenCompletesAnNgramTwice() {
        GenerationOptions options = plain().noRepeatNgramSize(3).build();
        // 4 0 1 … 0 1 -> what followed 0 1 before may not follow again; the second row has no such pair.
        float[] scores =
                process(options, new int[][] {{4, 0, 1, 3, 0, 1}, {4, 0, 1, 3, 4, 4}}, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5);
        assertThat(scores).containsExactly(1, 2, 3, MINUS_INFINITY, 5, 1, 2, 3, 4, 5);
    }

    @Test
    void repetitionPenaltyDividesPositiveAndMultipliesNegativeScores() {
        GenerationOptions options = plain().repetitionPenalty(2).build();
        assertThat(process(options, new int[][] {{0, 1, 1}}, 4, -4, 3, -3, 1)).containsExactly(2, -8, 3, -3, 1);
    }

    @Test
    void theEndIsForbiddenUntilThereAreEnoughTokens() {
        GenerationOptions options = plain().minNewTokens(2).build();
        assertThat(process(options, new int[][] {{2, 0}}, 1, 2, 3, 4, 5)[EOS]).isEqualTo(MINUS_INFINITY);
        assertThat(process(options, new int[][] {{2, 0, 1}}, 1, 2, 3, 4, 5)[EOS])
                .isEqualTo(3);
    }

    @Test
    void aRowWithoutAnyChoiceEnds() {
        float[] scores = changed(
                tensor -> LogitsProcessors.requireChoice(new TokenScores(tensor), EOS),
                2,
                MINUS_INFINITY,
                MINUS_INFINITY,
                MINUS_INFINITY,
                1,
                2,
                3);
        assertThat(scores).containsExactly(MINUS_INFINITY, MINUS_INFINITY, 0, 1, 2, 3);
    }

    @Test
    void scoresThatAreNotNumbersAreAnErrorAndNoAnswer() {
        assertThatThrownBy(() -> changed(
                        tensor -> LogitsProcessors.requireChoice(new TokenScores(tensor), EOS), 1, 1, Float.NaN, 2))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("not numbers");
    }

    @Test
    void neighbouringSeedsDrawDifferently() {
        List<Integer> one = draws(1);
        List<Integer> two = draws(2);
        assertThat(draws(1)).isEqualTo(one);
        // Not the same stream one draw later, as SplittableRandom gives for seeds that are its step apart.
        assertThat(two.subList(0, 40)).isNotEqualTo(one.subList(1, 41));
        assertThat(two.subList(0, 40)).isNotEqualTo(one.subList(0, 40));
    }

    @Test
    void drawsFollowTheProbabilities() {
        // exp(0) : exp(ln 3) = 1 : 3
        GenerationOptions options = plain().sample(11).topK(0).build();
        int ones = 0;
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            TokenSampler sampler = TokenSampler.random(options);
            Tensor logits = Tensors.ofFloats(cpu(), 0, (float) Math.log(3)).view(1, 2);
            for (int i = 0; i < 4000; i++) {
                ones += sampler.choose(new TokenScores(logits), i + 1)[0].id();
            }
        }
        assertThat(ones / 4000.0).isBetween(0.72, 0.78);
    }

    @Test
    void topPKeepsTheFewestTokensThatReachIt() {
        GenerationOptions options = plain().sample(3).topK(0).topP(0.7).build();
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            TokenSampler sampler = TokenSampler.random(options);
            Tensor logits = Tensors.ofFloats(cpu(), (float) Math.log(5), (float) Math.log(3), (float) Math.log(2))
                    .view(1, 3);
            for (int i = 0; i < 500; i++) {
                assertThat(sampler.choose(new TokenScores(logits), i + 1)[0].id())
                        .isLessThan(2);
            }
        }
    }

    @Test
    void optionsOutOfRangeAreRefusedWithWhatWasExpected() {
        assertThatThrownBy(() -> plain().numBeams(0).build()).hasMessage("num_beams is 0; expected 1 or more");
        assertThatThrownBy(() -> plain().topP(7).build())
                .hasMessage("top_p is 7.0; expected a number above 0 and up to 1");
        assertThatThrownBy(() -> plain().numBeams(2).numReturnSequences(3).build())
                .hasMessage("num_return_sequences is 3; expected 1 to num_beams (2) without sampling");
        assertThatThrownBy(() -> plain().maxNewTokens(4).minNewTokens(5).build())
                .hasMessage("min_new_tokens is 5; expected 0 to max_new_tokens (4)");
    }

    private static GenerationOptions.Builder plain() {
        return GenerationOptions.from(new GenerationDefaults(1, 0, false, 1, OptionalInt.empty(), OptionalInt.empty()));
    }

    private static List<Integer> draws(long seed) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            TokenSampler sampler =
                    TokenSampler.random(plain().sample(seed).topK(0).build());
            float[] flat = new float[64];
            Tensor logits = Tensors.ofFloats(cpu(), flat).view(1, 64);
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                ids.add(sampler.choose(new TokenScores(logits), i + 1)[0].id());
            }
            return ids;
        }
    }

    private static float[] process(GenerationOptions options, int[][] sequences, float... scores) {
        return changed(
                tensor -> LogitsProcessors.of(options, EOS, List.of())
                        .forEach(processor -> processor.process(new TokenScores(tensor), sequences)),
                sequences.length,
                scores);
    }

    private static float[] changed(Consumer<Tensor> change, int rows, float... scores) {
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope()) {
            Tensor tensor = Tensors.ofFloats(cpu(), Arrays.copyOf(scores, scores.length))
                    .view(rows, scores.length / rows);
            change.accept(tensor);
            return Tensors.floats(tensor);
        }
    }

    private static Device cpu() {
        return new Device(DeviceType.CPU);
    }
}
