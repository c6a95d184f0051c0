package io.github.florence4j.cli;

import io.github.florence4j.cli.DemoOptions.Mode;
import io.github.florence4j.cli.DemoOptions.Size;
import io.github.florence4j.finetune.ConfigFile;
import io.github.florence4j.finetune.FineTuneConfig;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.dataset.DataSetOptions;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Effects;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.Strength;
import io.github.florence4j.synth.type.FontFamily;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The pages of the demo, which are those that the small model was taught to read, and how it learns to answer. */
final class DemoRecipe {
    /** Side of a page in pixels, as in the last stage of recipes/tiny-pretrain.yaml. */
    static final int SIDE = 192;

    static final Size WHOLE = new Size(List.of(DocumentKind.values()), 540, 100, 6, 16);

    /**
     * The two kinds that are learned in the fewest steps. In few steps small batches learn more, too: with 240 pages of all
     * kinds 28.7 in batches of 8, 21.9 in batches of 16.
     */
    static final Size QUICK = new Size(List.of(DocumentKind.INVOICE, DocumentKind.LETTER), 150, 20, 2, 8);

    private static final int LONGEST_ANSWER = 32;

    private DemoRecipe() {}

    static DataSetOptions documents(DemoOptions options) {
        return new DataSetOptions(
                options.size().documents(),
                options.size().testDocuments(),
                options.seed(),
                SIDE,
                SIDE,
                pages(options.size().kinds()),
                true,
                false,
                List.of());
    }

    /** As the last stage of recipes/tiny-pretrain.yaml draws them. */
    private static PageSettings pages(List<DocumentKind> kinds) {
        return new PageSettings(
                Split.TRAIN, kinds, List.of(FontFamily.SANS, FontFamily.SERIF), 8, Effects.all(Strength.LIGHT), true);
    }

    /** Answers are short, and the likeliest character after the other does. */
    static GenerationOptions generation(GenerationOptions.Builder builder) {
        return builder.numBeams(1).maxNewTokens(LONGEST_ANSWER).build();
    }

    static FineTuneConfig training(DemoOptions options, DemoFolder folder) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("model", options.model());
        keys.put("output", folder.checkpoint().toString());
        keys.put("train", folder.source("train"));
        keys.put("epochs", Integer.toString(options.size().epochs()));
        keys.put("bucket-window", "256");
        keys.put("precision", "auto");
        keys.put("lr", "1e-3");
        keys.put("schedule", "linear");
        keys.put("warmup-steps", "10");
        keys.put("eval-every", "off");
        keys.put("save-every", "off"); // but for the end
        keys.put("seed", Long.toString(options.seed()));
        switch (options.mode()) {
            case FROZEN -> {
                keys.put("freeze", "vision_tower");
                keys.put("feature-cache", folder.features().toString());
            }
            case FULL -> {}
            case LORA -> {
                keys.put("threads", "1"); // in operations so small a second one only waits
                keys.put("batch-size", Integer.toString(options.size().batch()));
                keys.put("lora-rank", "16");
                keys.put("lora-alpha", "32");
                keys.put("feature-cache", folder.features().toString());
            }
        }
        if (options.mode() != Mode.LORA) { // two batches side by side, where there are cores for it
            keys.put("batch-size", Integer.toString(options.size().batch() / 2));
            keys.put("accumulation", "2");
            keys.put(
                    "workers", Integer.toString(Math.min(2, Runtime.getRuntime().availableProcessors())));
        }
        Map<String, List<String>> flags = new LinkedHashMap<>();
        keys.forEach((key, value) -> flags.put(key, List.of(value)));
        return ConfigFile.of(flags);
    }
}
