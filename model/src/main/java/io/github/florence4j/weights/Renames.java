package io.github.florence4j.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the original layout and those of transformers, as one table (specification 4.2). {@code #} is a number;
 * an entry that ends in a dot renames everything below it.
 */
final class Renames {
    private static final String BLOCK = "vision_tower.blocks.#.#.";
    private static final String[][] TABLE = {
        {"language_model.model.", "model.language_model."},
        {"language_model.lm_head.", "lm_head."},
        {"language_model.final_logits_bias", "final_logits_bias"},
        {"image_projection", "model.multi_modal_projector.image_projection.weight"},
        {"image_proj_norm.", "model.multi_modal_projector.image_proj_norm."},
        {"image_pos_embed.", "model.multi_modal_projector.image_position_embed."},
        {"visual_temporal_embed.", "model.multi_modal_projector.visual_temporal_embed."},
        {"vision_tower.convs.#.proj.", "model.vision_tower.convs.#.conv."},
        {"vision_tower.convs.#.norm.", "model.vision_tower.convs.#.norm."},
        {BLOCK + "spatial_block.conv1.fn.dw.", "model." + BLOCK + "spatial_block.conv1."},
        {BLOCK + "spatial_block.window_attn.norm.", "model." + BLOCK + "spatial_block.norm1."},
        {BLOCK + "spatial_block.window_attn.fn.", "model." + BLOCK + "spatial_block.window_attn."},
        {BLOCK + "spatial_block.conv2.fn.dw.", "model." + BLOCK + "spatial_block.conv2."},
        {BLOCK + "spatial_block.ffn.norm.", "model." + BLOCK + "spatial_block.norm2."},
        {BLOCK + "spatial_block.ffn.fn.net.", "model." + BLOCK + "spatial_block.ffn."},
        {BLOCK + "channel_block.conv1.fn.dw.", "model." + BLOCK + "channel_block.conv1."},
        {BLOCK + "channel_block.channel_attn.norm.", "model." + BLOCK + "channel_block.norm1."},
        {BLOCK + "channel_block.channel_attn.fn.", "model." + BLOCK + "channel_block.channel_attn."},
        {BLOCK + "channel_block.conv2.fn.dw.", "model." + BLOCK + "channel_block.conv2."},
        {BLOCK + "channel_block.ffn.norm.", "model." + BLOCK + "channel_block.norm2."},
        {BLOCK + "channel_block.ffn.fn.net.", "model." + BLOCK + "channel_block.ffn."},
    };

    private static final List<Rename> TO_TRANSFORMERS = compile(0, 1);
    private static final List<Rename> TO_MICROSOFT = compile(1, 0);

    private Renames() {}

    static Optional<String> toTransformers(String name) {
        return apply(TO_TRANSFORMERS, name);
    }

    static Optional<String> toMicrosoft(String name) {
        return apply(TO_MICROSOFT, name);
    }

    private record Rename(Pattern from, String to) {}

    private static List<Rename> compile(int from, int to) {
        List<Rename> renames = new ArrayList<>();
        for (String[] row : TABLE) {
            String tail = row[from].endsWith(".") ? "(?=.)" : "$";
            String regex = Pattern.quote(row[from]).replace("#", "\\E(\\d+)\\Q") + tail;
            renames.add(new Rename(Pattern.compile(regex), groups(row[to])));
        }
        return renames;
    }

    private static String groups(String template) {
        return template.replaceFirst("#", "\\$1").replaceFirst("#", "\\$2");
    }

    private static Optional<String> apply(List<Rename> renames, String name) {
        for (Rename rename : renames) {
            Matcher matcher = rename.from.matcher(name);
            if (matcher.lookingAt()) {
                return Optional.of(matcher.replaceFirst(rename.to));
            }
        }
        return Optional.empty();
    }
}
