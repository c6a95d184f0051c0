package io.github.florence4j.weights;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.config.TextConfig;
import io.github.florence4j.config.VisionConfig;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a configuration asks for, by transformers name, tied ones once (specification 4.1 and appendix A).
 */
public final class ExpectedTensors {
    private final Map<String, List<Long>> shapes = new LinkedHashMap<>();

    private ExpectedTensors() {}

    /** The shape of every tensor, in the order of the model: tower, projector, encoder, decoder. */
    public static Map<String, List<Long>> of(Florence2Config config) {
        ExpectedTensors expected = new ExpectedTensors();
        expected.tower(config.vision());
        expected.projector(config.vision());
        expected.languageModel(config.text());
        return Collections.unmodifiableMap(expected.shapes);
    }

    private void tower(VisionConfig vision) {
        int inner = vision.inChannels();
        for (int s = 0; s < vision.stages(); s++) {
            int width = vision.embedDim().get(s);
            int kernel = vision.patchSize().get(s);
            String conv = "model.vision_tower.convs." + s;
            add(conv + ".conv.weight", width, inner, kernel, kernel);
            add(conv + ".conv.bias", width);
            norm(conv + ".norm", vision.patchPrenorm().get(s) ? inner : width);
            for (int d = 0; d < vision.depths().get(s); d++) {
                String block = "model.vision_tower.blocks." + s + "." + d;
                half(block + ".spatial_block", "window_attn", width, vision);
                half(block + ".channel_block", "channel_attn", width, vision);
            }
            inner = width;
        }
    }

    private void half(String block, String attention, int width, VisionConfig vision) {
        int hidden = (int) (width * vision.mlpRatio());
        add(block + ".conv1.weight", width, 1, 3, 3);
        add(block + ".conv1.bias", width);
        norm(block + ".norm1", width);
        add(block + "." + attention + ".qkv.weight", 3 * width, width);
        if (vision.qkvBias()) {
            add(block + "." + attention + ".qkv.bias", 3 * width);
        }
        linear(block + "." + attention + ".proj", width, width);
        add(block + ".conv2.weight", width, 1, 3, 3);
        add(block + ".conv2.bias", width);
        norm(block + ".norm2", width);
        linear(block + ".ffn.fc1", hidden, width);
        linear(block + ".ffn.fc2", width, hidden);
    }

    private void projector(VisionConfig vision) {
        int width = vision.outputDim();
        String positions = "model.multi_modal_projector.image_position_embed.";
        add(TensorNames.IMAGE_PROJECTION, vision.projectionDim(), width);
        norm("model.multi_modal_projector.image_proj_norm", vision.projectionDim());
        add(positions + "row_embeddings.weight", vision.maxPositionEmbeddings(), width / 2);
        add(positions + "column_embeddings.weight", vision.maxPositionEmbeddings(), width - width / 2);
        add(TensorNames.FRAME_TABLE, vision.maxTemporalEmbeddings(), width);
    }

    private void languageModel(TextConfig text) {
        add(TensorNames.TOKEN_TABLE, text.vocabSize(), text.dModel());
        for (String stack : List.of("encoder", "decoder")) {
            String prefix = "model.language_model." + stack;
            add(prefix + ".embed_positions.weight", text.maxPositionEmbeddings() + 2, text.dModel());
            norm(prefix + ".layernorm_embedding", text.dModel());
        }
        for (int i = 0; i < text.encoderLayers(); i++) {
            layer("model.language_model.encoder.layers." + i, text.dModel(), text.encoderFfnDim());
        }
        for (int i = 0; i < text.decoderLayers(); i++) {
            String prefix = "model.language_model.decoder.layers." + i;
            layer(prefix, text.dModel(), text.decoderFfnDim());
            attention(prefix + ".encoder_attn", text.dModel());
        }
    }

    private void layer(String prefix, int width, int hidden) {
        attention(prefix + ".self_attn", width);
        linear(prefix + ".fc1", hidden, width);
        linear(prefix + ".fc2", width, hidden);
        norm(prefix + ".final_layer_norm", width);
    }

    private void attention(String prefix, int width) {
        for (String projection : List.of("k_proj", "v_proj", "q_proj", "out_proj")) {
            linear(prefix + "." + projection, width, width);
        }
        norm(prefix + "_layer_norm", width);
    }

    private void linear(String prefix, int out, int in) {
        add(prefix + ".weight", out, in);
        add(prefix + ".bias", out);
    }

    private void norm(String prefix, int width) {
        add(prefix + ".weight", width);
        add(prefix + ".bias", width);
    }

    private void add(String name, long... shape) {
        shapes.put(name, Arrays.stream(shape).boxed().toList());
    }
}
