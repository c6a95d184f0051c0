package io.github.florence4j.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.config.GenerationDefaults;
import io.github.florence4j.config.TextConfig;
import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.torch.DType;
import java.util.List;
import java.util.Locale;

/** Writes a configuration in the form of either layout; what {@link Florence2Config#read} reads back unchanged. */
final class ConfigWriter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ConfigWriter() {}

    /** The content of {@code config.json}. */
    static ObjectNode config(Florence2Config config, KeyLayout layout, DType dtype) {
        boolean transformers = layout == KeyLayout.TRANSFORMERS;
        TextConfig text = config.text();
        ObjectNode root = JSON.createObjectNode();
        root.putArray("architectures").add("Florence2ForConditionalGeneration");
        root.put("model_type", "florence2");
        root.put(transformers ? "dtype" : "torch_dtype", dtype.toString());
        root.put("is_encoder_decoder", true);
        root.put("bos_token_id", text.bosTokenId());
        root.put("eos_token_id", text.eosTokenId());
        root.put("pad_token_id", text.padTokenId());
        if (transformers) {
            root.put("tie_word_embeddings", true);
            config.imageTokenId().ifPresent(id -> root.put("image_token_id", id));
        } else {
            root.put("ignore_index", -100);
            root.put("projection_dim", config.vision().projectionDim());
            root.put("vocab_size", text.vocabSize());
        }
        ObjectNode textNode = root.putObject("text_config");
        text(textNode, text, transformers);
        if (!transformers) {
            generation(textNode, config.generation());
        }
        vision(root.putObject("vision_config"), config.vision(), transformers);
        return root;
    }

    /** The content of {@code generation_config.json}. */
    static ObjectNode generation(Florence2Config config) {
        ObjectNode root = JSON.createObjectNode();
        root.put("bos_token_id", config.text().bosTokenId());
        root.put("eos_token_id", config.text().eosTokenId());
        root.put("pad_token_id", config.text().padTokenId());
        root.put("decoder_start_token_id", config.text().decoderStartTokenId());
        generation(root, config.generation());
        return root;
    }

    private static void generation(ObjectNode node, GenerationDefaults generation) {
        node.put("num_beams", generation.numBeams());
        node.put("no_repeat_ngram_size", generation.noRepeatNgramSize());
        node.put("early_stopping", generation.earlyStopping());
        node.put("length_penalty", generation.lengthPenalty());
        generation.forcedBosTokenId().ifPresent(id -> node.put("forced_bos_token_id", id));
        generation.forcedEosTokenId().ifPresent(id -> node.put("forced_eos_token_id", id));
    }

    private static void text(ObjectNode node, TextConfig text, boolean transformers) {
        node.put("model_type", transformers ? "bart" : "florence2_language");
        node.put("vocab_size", text.vocabSize());
        node.put("d_model", text.dModel());
        node.put("encoder_layers", text.encoderLayers());
        node.put("decoder_layers", text.decoderLayers());
        node.put("num_hidden_layers", text.encoderLayers());
        node.put("encoder_attention_heads", text.encoderAttentionHeads());
        node.put("decoder_attention_heads", text.decoderAttentionHeads());
        node.put("encoder_ffn_dim", text.encoderFfnDim());
        node.put("decoder_ffn_dim", text.decoderFfnDim());
        node.put("max_position_embeddings", text.maxPositionEmbeddings());
        node.put("activation_function", "gelu");
        node.put("dropout", text.dropout());
        node.put("attention_dropout", text.attentionDropout());
        node.put("activation_dropout", text.activationDropout());
        node.put("encoder_layerdrop", text.encoderLayerdrop());
        node.put("decoder_layerdrop", text.decoderLayerdrop());
        node.put("scale_embedding", text.scaleEmbedding());
        node.put("init_std", text.initStd());
        node.put("is_encoder_decoder", true);
        node.put("bos_token_id", text.bosTokenId());
        node.put("pad_token_id", text.padTokenId());
        node.put("eos_token_id", text.eosTokenId());
        node.put("decoder_start_token_id", text.decoderStartTokenId());
    }

    private static void vision(ObjectNode node, VisionConfig vision, boolean transformers) {
        node.put("model_type", transformers ? "florence_vision" : "davit");
        node.put("in_channels", vision.inChannels());
        array(node, "depths", vision.depths());
        array(node, transformers ? "embed_dim" : "dim_embed", vision.embedDim());
        array(node, "num_heads", vision.numHeads());
        array(node, "num_groups", vision.numGroups());
        array(node, "patch_size", vision.patchSize());
        array(node, "patch_stride", vision.patchStride());
        array(node, "patch_padding", vision.patchPadding());
        node.set("patch_prenorm", JSON.valueToTree(vision.patchPrenorm()));
        node.put("window_size", vision.windowSize());
        node.put("mlp_ratio", vision.mlpRatio());
        node.put("qkv_bias", vision.qkvBias());
        node.put("drop_path_rate", vision.dropPathRate());
        node.put("projection_dim", vision.projectionDim());
        if (transformers) {
            node.put("activation_function", "gelu");
            node.put("max_position_embeddings", vision.maxPositionEmbeddings());
            node.put("max_temporal_embeddings", vision.maxTemporalEmbeddings());
        } else {
            node.put("enable_checkpoint", false);
            node.putObject("image_pos_embed")
                    .put("type", "learned_abs_2d")
                    .put("max_pos_embeddings", vision.maxPositionEmbeddings());
            node.putObject("visual_temporal_embedding")
                    .put("type", "COSINE")
                    .put("max_temporal_embeddings", vision.maxTemporalEmbeddings());
            List<String> sources = vision.featureSources().stream()
                    .map(source -> source.name().toLowerCase(Locale.ROOT))
                    .toList();
            node.set("image_feature_source", JSON.valueToTree(sources));
        }
    }

    private static void array(ObjectNode node, String field, List<Integer> values) {
        node.set(field, JSON.valueToTree(values));
    }
}
