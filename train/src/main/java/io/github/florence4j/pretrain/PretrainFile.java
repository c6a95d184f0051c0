package io.github.florence4j.pretrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.finetune.ConfigFile;
import io.github.florence4j.finetune.FineTuneConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The YAML file of a model that is trained from nothing: the keys of fine-tuning in several stages, and before them {@code
 * new-model} (see {@link NewModel}) and {@code warm-up}, a list of stages for the vision tower alone (see {@link WarmUp}).
 *
 * @param output the folder of the run; each stage has a folder in it
 * @param model the model to make
 * @param warmUps the stages of the vision tower alone
 * @param stages the stages of the whole model
 */
public record PretrainFile(Path output, NewModel model, List<WarmUp> warmUps, List<FineTuneConfig> stages) {
    private static final String MODEL = "new-model";
    private static final String WARM_UP = "warm-up";
    private static final String OUTPUT = "output";

    /** Copies the lists. */
    public PretrainFile {
        warmUps = List.copyOf(warmUps);
        stages = List.copyOf(stages);
    }

    /**
     * Reads a file.
     *
     * @param flags values that replace those of all stages, by key
     * @throws IllegalArgumentException when a key is unknown or a value cannot be; the sentence names it
     */
    public static PretrainFile read(Path file, Map<String, List<String>> flags) throws IOException {
        ObjectNode tree = ConfigFile.tree(file);
        JsonNode model = tree.remove(MODEL);
        if (model == null) {
            throw new IllegalArgumentException(file + " has no key " + MODEL + "; expected the shape of a model there");
        }
        JsonNode warmUps = tree.remove(WARM_UP);
        String output = flags.containsKey(OUTPUT)
                ? flags.get(OUTPUT).get(0)
                : tree.path(OUTPUT).asText();
        if (output.isEmpty()) {
            throw new IllegalArgumentException("no output folder is given: add --output DIR");
        }
        tree.put("model", Path.of(output, "new").toString());
        List<WarmUp> first = new ArrayList<>();
        for (JsonNode warmUp : warmUps == null ? List.<JsonNode>of() : warmUps) {
            first.add(ConfigFile.bind(warmUp, WarmUp.DEFAULTS, file + ", " + WARM_UP));
        }
        return new PretrainFile(
                Path.of(output),
                ConfigFile.bind(model, NewModel.DEFAULTS, file + ", " + MODEL),
                first,
                ConfigFile.stages(tree, flags, file.toString()));
    }
}
