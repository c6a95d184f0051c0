package io.github.florence4j.nn;

import io.github.florence4j.config.TextConfig;
import io.github.florence4j.torch.Script;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * One step through all layers of the decoder in one call: what {@link BartDecoder} does for fixed weights, whose operators are so short
 * that calling them one by one takes as long again.
 */
final class DecoderScript {
    private static final String FLOAT = Integer.toString(ScalarType.Float.value);
    private static final String HALF = Integer.toString(ScalarType.BFloat16.value);

    private final Script.Builder script = new Script.Builder();
    private final Script step;
    private final TextConfig config;
    private final boolean half;
    private final int mostRows;

    /**
     * The layers below {@code layers}.
     *
     * @param half whether the encoder's keys and values are kept in bfloat16
     */
    DecoderScript(TextConfig config, Parameters layers, boolean half) {
        this.config = config;
        this.half = half;
        script.line("x = hidden"); // (b, beams, p)
        for (int i = 0; i < config.decoderLayers(); i++) {
            layer(layers.at(i), i);
        }
        this.mostRows = layers.at(0).scripted("fc1").mostRows();
        this.step = script.compile(
                "hidden: Tensor, samples: int, beams: int, positions: int, written: Tensor, paths: Optional[Tensor], "
                        + "known: List[Tensor], "
                        + "crossKeys: List[Tensor], crossValues: List[Tensor], mask: Optional[Tensor], "
                        + "scoring: List[Tensor], weighing: List[Tensor]",
                "x");
    }

    /** Whether it attends to the encoder by {@link RowSums}, which take its keys {@code (b, h, d, s)}. */
    boolean sumsRows() {
        return half;
    }

    /** Whether it may be called for so many hypotheses. */
    boolean fits(long rows) {
        return rows <= mostRows;
    }

    // Numbers go through %s: %d would write them in the digits of the user's language.
    private void layer(Parameters at, int layer) {
        int heads = config.decoderAttentionHeads();
        int width = config.dModel() / heads;

        // Attention of the newest position to those of its own path.
        Parameters self = at.at("self_attn");
        script.line("own = torch.view(%s, [-1, 3, %s, %s])"
                .formatted(self.scripted("q_proj", "k_proj", "v_proj").of(script, "x"), heads, width)); // (r, 3, h, d)
        script.line("_ = torch.index_copy_(torch.flatten(known[%s], 0, 1), 0, written, torch.narrow(own, 1, 1, 2))"
                .formatted(layer));
        script.line("q = torch.transpose(torch.view(torch.select(own, 1, 0), [samples, beams, %s, %s]), 1, 2)"
                .formatted(heads, width)); // (b, h, beams, d)
        script.line("attended = torch.scaled_dot_product_attention(q, %s, %s, paths)"
                .formatted(known(layer, 0), known(layer, 1)));
        script.line("x = " + normedSum(self, "attended", at, "self_attn_layer_norm"));

        // Attention to the encoder's positions.
        Parameters cross = at.at("encoder_attn");
        script.line("q = torch.transpose(torch.view(%s, [samples, beams, %s, %s]), 1, 2)"
                .formatted(cross.scripted("q_proj").of(script, "x"), heads, width)); // (b, h, beams, d)
        attendToEncoder(layer, heads, width);
        script.line("x = " + normedSum(cross, "attended", at, "encoder_attn_layer_norm"));

        // Feed-forward.
        script.line("fed = " + at.scripted("fc1").geluOf(script, "x"));
        script.line("x = "
                + norm(
                        at,
                        "final_layer_norm",
                        "torch.add_(%s, x)".formatted(at.scripted("fc2").of(script, "fed"))));
    }

    /** As in {@link Attention#scaledDotProduct}; in half precision by {@link RowSums}. */
    private void attendToEncoder(int layer, int heads, int width) {
        if (!half) {
            script.line("attended = torch.scaled_dot_product_attention(q, crossKeys[%s], crossValues[%s], mask)"
                    .formatted(layer, layer));
            return;
        }
        script.line("scores = "
                + RowSums.of(
                        "crossKeys[%s]".formatted(layer),
                        "torch.to(torch.mul(q, %s), %s)".formatted(1 / Math.sqrt(width), HALF),
                        "scoring")); // (b·h·beams, s)
        String hidden = "torch.add(torch.view(scores, [samples, %s, beams, -1]), unchecked_cast(Tensor, mask))"
                .formatted(heads); // (b, h, beams, s)
        script.line(
                "weights = torch.softmax(scores, -1) if torch.__is__(mask, None) else torch.to(torch.softmax(%s, -1), %s)"
                        .formatted(hidden, HALF));
        script.line("sums = " + RowSums.of("crossValues[%s]".formatted(layer), "weights", "weighing"));
        script.line("attended = torch.view(torch.to(sums, %s), [samples, %s, beams, %s])"
                .formatted(FLOAT, heads, width)); // (b, h, beams, d)
    }

    /** The keys (0) or values (1) that a layer's cache {@code (b, capacity, 2, h, d)} holds, {@code (b, h, positions, d)}. */
    private static String known(int layer, int which) {
        return "torch.transpose(torch.narrow(torch.select(known[%s], 2, %s), 1, 0, positions), 1, 2)"
                .formatted(layer, which);
    }

    /** The attended values {@code (b, h, beams, d)} projected and added to x, normalised. */
    private String normedSum(Parameters attention, String attended, Parameters at, String norm) {
        String rows = "torch.flatten(torch.transpose(%s, 1, 2), 2, 3)".formatted(attended); // (b, beams, p)
        return norm(
                at,
                norm,
                "torch.add_(%s, x)".formatted(attention.scripted("out_proj").of(script, rows)));
    }

    private String norm(Parameters at, String name, String x) {
        return "torch.layer_norm(%s, [%s], %s, %s, %s, False)"
                .formatted(
                        x,
                        config.dModel(),
                        script.tensor(at.tensor(name + ".weight")),
                        script.tensor(at.tensor(name + ".bias")),
                        LayerNorm.EPS);
    }

    /** Hidden states {@code (b, beams, p)} behind all layers; the newest position was opened in the cache. */
    Tensor step(Tensor hidden, DecoderCache cache, @Nullable Tensor paths) {
        TensorOptional mask = cache.mask();
        cache.reserve(config.decoderLayers(), hidden);
        return step.call(
                hidden,
                cache.samples(),
                (long) cache.beams(),
                cache.positions(),
                cache.written(),
                paths,
                cache.self(),
                cache.crossKeys(),
                cache.crossValues(),
                mask.has_value() ? mask.get() : null,
                half ? cache.scoring().lists() : List.of(),
                half ? cache.weighing().lists() : List.of());
    }
}
