package io.github.florence4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.torch.NoGrad;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The attentions of the vision tower on a part of the map at a time, against the whole map at once. */
class MapAttentionTest {
    private static final int CHANNELS = 16;
    private static final int HEADS = 4;
    private static final int WINDOW = 4;

    @ParameterizedTest
    @CsvSource({"12, 8", "8, 12", "10, 8", "8, 9", "11, 7"})
    void partsOfWindowsGiveWhatTheWholeMapGives(long height, long width) {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(1);
            compare(new WindowAttention(random(), HEADS, WINDOW), height, width);
        }
    }

    @ParameterizedTest
    @CsvSource({"12, 8", "8, 12", "11, 7"})
    void partsOfChannelsGiveWhatTheWholeMapGives(long height, long width) {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(2);
            compare(new ChannelAttention(random(), HEADS), height, width);
        }
    }

    /**
     * Scores of 450 x 4 x 72 x 72 elements are more than are computed at once, and the last part is smaller than the others; those of
     * 3 x 4 x 8 x 8 are so few that they take the other way. With queries 40 times as large rows of scores reach from
     * -900 to 900, whose exponentials no number holds.
     */
    @ParameterizedTest
    @CsvSource({"450, 72, 1", "80, 72, 1", "3, 8, 1", "450, 72, 40", "3, 8, 40"})
    void halfPrecisionGivesTheAttendedValuesOfSinglePrecisionToItsAccuracy(long batch, long tokens, double factor) {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(3);
            Tensor q = torch.randn(batch, HEADS, tokens, CHANNELS).mul(new Scalar(factor));
            Tensor k = torch.randn(batch, HEADS, tokens, CHANNELS);
            double bound =
                    factor == 1 ? 0.006 : 0.2; // rounding scores of hundreds moves the weights by tens of percent
            assertThat(errorOf(q, k, torch.randn(batch, HEADS, tokens, CHANNELS)))
                    .isLessThan(bound);
        }
    }

    /** The exponentials of 200 and of -200 are beyond all numbers of half precision, those of 60 and -60 are not. */
    @Test
    void rowsWhoseScoresAreAllSmallOrAllLargeAreAttendedAsAnyOther() {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(4);
            for (double shift : new double[] {-200, -60, 60, 200}) {
                Tensor q = torch.zeros(100, HEADS, 72, CHANNELS);
                q.select(3, 0).add_(new Scalar(4.0)); // times 1 / sqrt(d): one
                Tensor k = torch.zeros(100, HEADS, 72, CHANNELS);
                k.select(3, 0)
                        .add_(new Scalar(shift))
                        .add_(torch.randn(100, HEADS, 72).round());
                assertThat(errorOf(q, k, torch.randn(100, HEADS, 72, CHANNELS)))
                        .as("scores about %s", shift)
                        .isLessThan(0.006);
            }
        }
    }

    /** The relative error of half precision against single precision, both of operands rounded to bfloat16. */
    private static double errorOf(Tensor q, Tensor k, Tensor v) {
        Tensor[] half = {q.to(ScalarType.BFloat16), k.to(ScalarType.BFloat16), v.to(ScalarType.BFloat16)};
        Tensor found = Attention.scaledDotProduct(half[0], half[1], half[2], new TensorOptional(), false);
        Tensor expected = torch.scaled_dot_product_attention(
                half[0].to(ScalarType.Float),
                half[1].to(ScalarType.Float),
                half[2].to(ScalarType.Float),
                new TensorOptional(),
                0,
                false,
                new DoubleOptional(),
                false);
        return found.to(ScalarType.Float).sub(expected).norm().item_double()
                / expected.norm().item_double();
    }

    private static void compare(DavitVisionTower.MapAttention attention, long height, long width) {
        LayerNorm norm = new LayerNorm(torch.randn(CHANNELS), torch.randn(CHANNELS));
        Tensor map = torch.randn(2, height, width, CHANNELS);
        Tensor whole = map.add(attention.forward(norm.forward(map), Regularization.NONE));
        for (long tokens : new long[] {1, 3 * width, 5 * width, height * width}) {
            Tensor x = map.clone();
            attention.addTo(x, norm, tokens);
            assertThat(x.sub(whole).abs().max().item_double()).isLessThan(1e-5);
        }
    }

    /** Random weights of both kinds of attention. */
    private static Parameters random() {
        Map<String, Tensor> made = new HashMap<>();
        long[] qkv = {3 * CHANNELS, CHANNELS};
        made.put("qkv.weight", torch.randn(qkv).mul(new Scalar(0.3)));
        made.put("qkv.bias", torch.randn(3 * CHANNELS));
        made.put("proj.weight", torch.randn(CHANNELS, CHANNELS));
        made.put("proj.bias", torch.randn(CHANNELS));
        return Parameters.of(new Parameters.Source() {
            @Override
            public Tensor get(String name) {
                return made.get(name);
            }

            @Override
            public boolean has(String name) {
                return made.containsKey(name);
            }
        });
    }
}
