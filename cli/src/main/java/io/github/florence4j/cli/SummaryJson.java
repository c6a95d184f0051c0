package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.config.TextConfig;
import io.github.florence4j.config.VisionConfig;
import io.github.florence4j.weights.CheckpointSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The summary of a checkpoint as JSON; configuration keys are those of {@code config.json}. */
final class SummaryJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SummaryJson() {}

    static ObjectNode of(Path directory, CheckpointSummary summary) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("directory", directory.toString());
        json.put("layout", summary.layout().name().toLowerCase(Locale.ROOT));
        json.set("files", names(summary.files()));
        json.put("tensors", summary.entries());
        ObjectNode bytes = json.putObject("bytes");
        summary.bytes().forEach((dtype, count) -> bytes.put(dtype.name().toLowerCase(Locale.ROOT), count));
        ObjectNode parameters = json.putObject("parameters");
        summary.parameters().forEach((part, count) -> parameters.put(part.name().toLowerCase(Locale.ROOT), count));
        parameters.put("total", summary.parameterCount());
        json.set("tied", JSON.valueToTree(summary.tied()));
        json.set("config", config(summary.config()));
        ObjectNode report = json.putObject("report");
        report.put("fits", summary.report().fits());
        report.set("missing", JSON.valueToTree(summary.report().missing()));
        report.set("unexpected", JSON.valueToTree(summary.report().unexpected()));
        report.set("misshapen", JSON.valueToTree(summary.report().misshapen()));
        report.set("ignored", JSON.valueToTree(summary.report().ignored()));
        report.set("warnings", JSON.valueToTree(summary.report().warnings()));
        return json;
    }

    private static JsonNode names(List<Path> files) {
        return JSON.valueToTree(
                files.stream().map(file -> file.getFileName().toString()).toList());
    }

    private static ObjectNode config(Florence2Config config) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        VisionConfig vision = config.vision();
        ObjectNode v = json.putObject("vision_config");
        v.set("depths", JSON.valueToTree(vision.depths()));
        v.set("embed_dim", JSON.valueToTree(vision.embedDim()));
        v.set("num_heads", JSON.valueToTree(vision.numHeads()));
        v.set("num_groups", JSON.valueToTree(vision.numGroups()));
        v.set("patch_size", JSON.valueToTree(vision.patchSize()));
        v.set("patch_stride", JSON.valueToTree(vision.patchStride()));
        v.put("window_size", vision.windowSize());
        v.put("projection_dim", vision.projectionDim());
        TextConfig text = config.text();
        ObjectNode t = json.putObject("text_config");
        t.put("vocab_size", text.vocabSize());
        t.put("d_model", text.dModel());
        t.put("encoder_layers", text.encoderLayers());
        t.put("decoder_layers", text.decoderLayers());
        t.put("encoder_attention_heads", text.encoderAttentionHeads());
        t.put("decoder_attention_heads", text.decoderAttentionHeads());
        t.put("encoder_ffn_dim", text.encoderFfnDim());
        t.put("decoder_ffn_dim", text.decoderFfnDim());
        t.put("max_position_embeddings", text.maxPositionEmbeddings());
        ObjectNode g = json.putObject("generation");
        g.put("num_beams", config.generation().numBeams());
        g.put("no_repeat_ngram_size", config.generation().noRepeatNgramSize());
        g.put("early_stopping", config.generation().earlyStopping());
        g.put("length_penalty", config.generation().lengthPenalty());
        config.generation().forcedBosTokenId().ifPresent(id -> g.put("forced_bos_token_id", id));
        config.generation().forcedEosTokenId().ifPresent(id -> g.put("forced_eos_token_id", id));
        return json;
    }
}
