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

    /** Scores of 80 x 4 x 72 x 72 elements are more than are computed at once; the last part is smaller than the others. */
    @ParameterizedTest
    @CsvSource({"80, 72", "3, 8"})
    void halfPrecisionGivesTheAttendedValuesOfSinglePrecisionToItsAccuracy(long batch, long tokens) {
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            torch.manual_seed(3);
            Tensor[] qkv = new Tensor[3];
            for (int i = 0; i < 3; i++) {
                qkv[i] = torch.randn(batch, HEADS, tokens, CHANNELS).to(ScalarType.BFloat16);
            }
            Tensor found = Attention.scaledDotProduct(qkv[0], qkv[1], qkv[2], new TensorOptional(), false);
            Tensor expected = torch.scaled_dot_product_attention(
                    qkv[0].to(ScalarType.Float),
                    qkv[1].to(ScalarType.Float),
                    qkv[2].to(ScalarType.Float),
                    new TensorOptional(),
                    0,
                    false,
                    new DoubleOptional(),
                    false);
            double error = found.to(ScalarType.Float).sub(expected).norm().item_double()
                    / expected.norm().item_double();
            assertThat(error).isLessThan(0.006);
        }
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
