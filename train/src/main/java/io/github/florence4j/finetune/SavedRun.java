package io.github.florence4j.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a checkpoint holds besides tensors.
 *
 * @param format the version of this record
 * @param state where the run was
 * @param random the state of libtorch's random number generator
 * @param batchSize the batch size in use, found or given
 * @param samples records of the training data
 * @param rejected why records were left out, by id
 * @param config the run's configuration
 */
record SavedRun(
        int format,
        TrainingState state,
        byte[] random,
        int batchSize,
        long samples,
        Map<String, String> rejected,
        JsonNode config) {
    static final int FORMAT = 1;

    /** Checks that this version can read it. */
    SavedRun {
        FineTuneConfig.require(
                format == FORMAT, "the checkpoint has format " + format + "; this version reads format " + FORMAT);
    }

    /**
     * Checks that going on under another configuration would give the steps that the first would have given.
     *
     * @return sentences about what is different but does not matter to the past
     * @throws IllegalArgumentException when it does matter; all keys are named
     */
    List<String> differences(FineTuneConfig now, long samplesNow) {
        FineTuneConfig.require(
                samples == samplesNow,
                "the training data had " + samples + " records and has " + samplesNow
                        + "; expected the same data, or another output folder");
        List<String> refused = new ArrayList<>();
        List<String> told = new ArrayList<>();
        JsonNode tree = ConfigFile.tree(now);
        JsonNode defaults = ConfigFile.tree(FineTuneConfig.DEFAULTS);
        for (ConfigKey key : ConfigKey.all()) {
            JsonNode saved = value(config, key);
            String before = ConfigFile.text(saved.isMissingNode() ? value(defaults, key) : saved); // a newer key
            String after = ConfigFile.text(value(tree, key));
            if (!before.equals(after)) {
                String change = key.name() + " was " + before + " and is " + after;
                (key.setting().free() || ENDS.contains(key.name()) ? told : refused).add(change);
            }
        }
        if (!refused.isEmpty()) {
            throw new IllegalArgumentException("the run cannot be resumed with other settings: "
                    + String.join(", ", refused) + "; expected the same, or another output folder");
        }
        return told;
    }

    /** Keys that only say where the run ends; the learning rate's course follows them from here on. */
    private static final Set<String> ENDS = Set.of("epochs", "max-steps");

    private static JsonNode value(JsonNode tree, ConfigKey key) {
        return key.section().isEmpty()
                ? tree.path(key.name())
                : tree.path(key.section()).path(key.name());
    }
}
