package io.github.florence4j.finetune;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.github.florence4j.data.AnswerChoice;
import io.github.florence4j.data.EncodingOptions.TooLong;
import io.github.florence4j.train.LearningRate.Schedule;
import io.github.florence4j.train.LoraOptions;
import io.github.florence4j.train.LoraTargets;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Part;
import java.util.List;
import java.util.Locale;

/**
 * Everything that decides a fine-tuning run. In YAML it is written as the tree below with keys in kebab case; see {@link
 * ConfigFile}.
 *
 * @param model the checkpoint to begin with
 * @param output the folder that the run fills
 * @param data what is learned from
 * @param training how long, and of what
 * @param optimizer how the weights move
 * @param lora adapters, trained instead of the weights themselves
 * @param evaluation how good it is meanwhile
 * @param saving what is kept
 * @param machine where it runs
 */
public record FineTuneConfig(
        @Setting(label = "DIR|ID", value = "Checkpoint to begin with: a folder, or a hub id owner/name[@revision].")
                String model,
        @Setting(label = "DIR", value = "Folder for checkpoints, logs and the result.", free = true) String output,
        Data data,
        Training training,
        Optimizer optimizer,
        Lora lora,
        Evaluation evaluation,
        Saving saving,
        Machine machine) {

    /** The defaults: seven epochs at 1e-6 on a line to 0, as in the article. */
    public static final FineTuneConfig DEFAULTS = new FineTuneConfig(
            "",
            "",
            Data.DEFAULTS,
            Training.DEFAULTS,
            Optimizer.DEFAULTS,
            Lora.DEFAULTS,
            Evaluation.DEFAULTS,
            Saving.DEFAULTS,
            Machine.DEFAULTS);

    /** Checks that keys which depend on each other agree. */
    public FineTuneConfig {
        require(
                training.globalBatch == 0 || training.accumulation == 1,
                "global-batch is " + training.globalBatch + " and accumulation is " + training.accumulation
                        + "; expected only one of them");
        require(
                training.globalBatch == 0
                        || training.batchSize.isAuto()
                        || training.globalBatch % training.batchSize.examples() == 0,
                "global-batch is " + training.globalBatch + "; expected a multiple of batch-size, which is "
                        + training.batchSize);
        require(
                !training.cachesFeatures() || training.freeze.contains(Part.VISION_TOWER) || lora.isOn(),
                "feature-cache is " + training.featureCache
                        + ", but the vision tower trains; expected vision_tower among freeze, or feature-cache off");
        require(
                lora.isOn() || (lora.loraFull.isEmpty() && lora.loraTargets.equals(Lora.DEFAULTS.loraTargets)),
                "lora-targets or lora-full is given, but lora-rank is 0; expected a rank above 0");
        require(
                data.hasValidation() || evaluation.patience == 0,
                "patience is " + evaluation.patience + ", but there is no validation data; expected --validation");
        require(
                machine.workers == 1 || !lora.isOn(),
                "workers is " + machine.workers + ", but lora-rank is " + lora.loraRank
                        + "; expected 1 worker with adapters");
        if (training.globalBatch == 0 || !training.batchSize.isAuto()) {
            requireWork(
                    machine.workers,
                    training.globalBatch == 0
                            ? training.accumulation
                            : training.globalBatch / training.batchSize.examples());
        }
        require(
                machine.workers == 1 || training.gradientCheckpointing == Recompute.OFF,
                "workers is " + machine.workers + " and gradient-checkpointing is "
                        + training.gradientCheckpointing.name().toLowerCase(Locale.ROOT)
                        + "; expected 1 worker with it, for what several draw is not drawn again in the same order");
        require(
                lora.isOn() || training.freeze.size() < Part.values().length,
                "freeze names every part; expected one that trains, or lora-rank above 0");
    }

    /** This configuration with another model to begin with and another folder for the result. */
    FineTuneConfig withFolders(String otherModel, String otherOutput) {
        return new FineTuneConfig(
                otherModel, otherOutput, data, training, optimizer, lora, evaluation, saving, machine);
    }

    /**
     * What is learned from.
     *
     * @param train the training data, a line or a list; see {@link io.github.florence4j.data.Sources}
     * @param validation the data for validation, or nothing
     * @param shuffle whether the order is drawn
     * @param answers which of several answers is trained
     * @param maxPromptTokens the longest prompt, or 0
     * @param maxAnswerTokens the longest answer, or 0
     * @param longPrompts what becomes of longer prompts
     * @param longAnswers what becomes of longer answers
     * @param bucketWindow samples sorted by length together, or 0
     * @param imageSize side of the model's input in pixels, or 0
     */
    public record Data(
            @Setting(
                            label = "SOURCE",
                            value =
                                    "Training data, KIND:PATH[?KEY=VALUE&...] (see 'data check --help'); in YAML also a list of"
                                            + " {source, weight}.")
                    JsonNode train,
            @Setting(label = "SOURCE", value = "Data for validation.", free = true) JsonNode validation,
            @Setting(label = "BOOL", value = "Draw a new order for each epoch.") boolean shuffle,
            @Setting(label = "CHOICE", value = "Which of several answers is trained: first or drawn.")
                    AnswerChoice answers,
            @Setting(label = "N", value = "Longest prompt in tokens; 0 for what the model has room for.")
                    int maxPromptTokens,
            @Setting(label = "N", value = "Longest answer in tokens; 0 for what the model has room for.")
                    int maxAnswerTokens,
            @Setting(label = "CHOICE", value = "Longer prompts: reject or cut.") TooLong longPrompts,
            @Setting(label = "CHOICE", value = "Longer answers: reject or cut.") TooLong longAnswers,
            @Setting(
                            label = "N",
                            value =
                                    "Sort that many samples by length, so that batches need little padding; 0 for none.")
                    int bucketWindow,
            @Setting(
                            label = "N",
                            value = "Side of the model's input in pixels, for training and validation; 0 for its own.")
                    int imageSize) {
        static final Data DEFAULTS = new Data(
                NullNode.getInstance(),
                NullNode.getInstance(),
                true,
                AnswerChoice.FIRST,
                0,
                0,
                TooLong.REJECT,
                TooLong.CUT,
                0,
                0);

        /** Checks the ranges. */
        public Data {
            atLeast(0, "max-prompt-tokens", maxPromptTokens);
            atLeast(0, "max-answer-tokens", maxAnswerTokens);
            atLeast(0, "bucket-window", bucketWindow);
            atLeast(0, "image-size", imageSize);
        }

        /** Whether there is data for validation. */
        @JsonIgnore
        public boolean hasValidation() {
            return !validation.isNull();
        }
    }

    /**
     * How long is trained, and what.
     *
     * @param epochs passes over the data
     * @param maxSteps the most steps, or 0
     * @param batchSize examples that go through the model together
     * @param accumulation batches whose gradients make one step
     * @param globalBatch examples that make one step, or 0
     * @param microBatch examples that go through the model at once, or 0
     * @param freeze the parts that keep their weights
     * @param precision the type of matrix products
     * @param featureCache a folder, or {@code off}
     * @param featurePrecision the type of features on disk
     * @param gradientCheckpointing what is computed again on the way back
     * @param ema the decay of the average of the weights, or 0
     * @param seed the seed of everything drawn
     */
    public record Training(
            @Setting(label = "N", value = "Passes over the training data.") int epochs,
            @Setting(label = "N", value = "Stop after that many optimizer steps; 0 for the whole of all epochs.")
                    int maxSteps,
            @Setting(label = "N|auto", value = "Examples of a batch; auto: as many as fit in memory at once.")
                    BatchSize batchSize,
            @Setting(label = "N", value = "Batches whose gradients make one optimizer step.") int accumulation,
            @Setting(
                            label = "N",
                            value = "Examples that make one optimizer step, whatever the batch size; 0 for batch-size x"
                                    + " accumulation.")
                    int globalBatch,
            @Setting(
                            label = "N",
                            value =
                                    "Examples of a batch that go through the model at once, for less memory and the same"
                                            + " gradients; 0 for a few, nearly as fast.")
                    int microBatch,
            @Setting(
                            label = "PART",
                            value =
                                    "Parts that keep their weights: vision_tower, projector, embeddings, encoder, decoder.")
                    List<Part> freeze,
            @Setting(
                            label = "CHOICE",
                            value =
                                    "Matrix products in fp32, bf16, or auto: bf16 where the processor has it; weights are fp32 in"
                                            + " any case.")
                    Precision precision,
            @Setting(
                            label = "DIR|off",
                            value =
                                    "Keep the frozen vision tower's output here, so that each image passes through it once.",
                            free = true)
                    String featureCache,
            @Setting(
                            label = "CHOICE",
                            value = "Numbers in the feature cache: fp16, or bf16 for features beyond 65,504.")
                    FeaturePrecision featurePrecision,
            @Setting(label = "CHOICE", value = "Less memory for a second computation: off, tower, language or all.")
                    Recompute gradientCheckpointing,
            @Setting(
                            label = "DECAY",
                            value =
                                    "Average the weights over the steps with this decay (0.999, say), and evaluate and save the"
                                            + " average; 0 for none.")
                    double ema,
            @Setting(label = "N", value = "Seed of the order, of dropout and of new adapters.") long seed) {
        static final Training DEFAULTS = new Training(
                7,
                0,
                new BatchSize(8),
                1,
                0,
                0,
                List.of(),
                Precision.FP32,
                "off",
                FeaturePrecision.FP16,
                Recompute.OFF,
                0,
                42);

        /** Checks the ranges. */
        public Training {
            freeze = List.copyOf(freeze);
            precision = precision.resolve();
            atLeast(1, "epochs", epochs);
            atLeast(0, "max-steps", maxSteps);
            atLeast(1, "accumulation", accumulation);
            atLeast(0, "global-batch", globalBatch);
            atLeast(0, "micro-batch", microBatch);
            require(ema >= 0 && ema < 1, "ema is " + ema + "; expected 0 or more and below 1");
        }

        /** Whether the features of frozen parts are kept on disk. */
        @JsonIgnore
        public boolean cachesFeatures() {
            return !featureCache.equals("off");
        }
    }

    /**
     * How the weights move.
     *
     * @param lr the highest learning rate
     * @param schedule its course after the warm-up
     * @param warmupSteps steps before it is reached
     * @param weightDecay AdamW's decay
     * @param noDecayGroups whether normalization weights and biases are left out of it
     * @param maxGradNorm the limit of the gradient's norm, or 0
     * @param beta1 AdamW's first decay
     * @param beta2 AdamW's second decay
     * @param epsilon AdamW's epsilon
     */
    public record Optimizer(
            @Setting(label = "RATE", value = "Highest learning rate.") double lr,
            @Setting(label = "CHOICE", value = "Learning rate after the warm-up: constant, linear or cosine.")
                    Schedule schedule,
            @Setting(label = "N", value = "Steps of linear warm-up.") int warmupSteps,
            @Setting(label = "X", value = "Weight decay of AdamW.") double weightDecay,
            @Setting(label = "BOOL", value = "No decay for normalization weights and biases.") boolean noDecayGroups,
            @Setting(label = "X", value = "Limit of the gradient's norm; 0 for none.") double maxGradNorm,
            @Setting(label = "X", value = "AdamW's decay of the mean gradient.") double beta1,
            @Setting(label = "X", value = "AdamW's decay of the mean squared gradient.") double beta2,
            @Setting(label = "X", value = "AdamW's epsilon.") double epsilon) {
        static final Optimizer DEFAULTS = new Optimizer(1e-6, Schedule.LINEAR, 0, 0.01, true, 1.0, 0.9, 0.999, 1e-8);

        /** Checks the ranges. */
        public Optimizer {
            require(lr > 0 && Double.isFinite(lr), "lr is " + lr + "; expected above 0");
            atLeast(0, "warmup-steps", warmupSteps);
            require(weightDecay >= 0, "weight-decay is " + weightDecay + "; expected 0 or more");
            require(maxGradNorm >= 0, "max-grad-norm is " + maxGradNorm + "; expected above 0, or 0 for none");
            require(beta1 >= 0 && beta1 < 1, "beta1 is " + beta1 + "; expected 0 or more and below 1");
            require(beta2 >= 0 && beta2 < 1, "beta2 is " + beta2 + "; expected 0 or more and below 1");
            require(epsilon > 0, "epsilon is " + epsilon + "; expected above 0");
        }

        /** The limit of the gradient's norm, infinite for none. */
        @JsonIgnore
        public double gradientLimit() {
            return maxGradNorm == 0 ? Double.POSITIVE_INFINITY : maxGradNorm;
        }
    }

    /**
     * Low-rank adapters.
     *
     * @param loraRank the rank, or 0 for no adapters
     * @param loraAlpha the scale, or 0 for the rank
     * @param loraRslora whether the scale is divided by the root of the rank
     * @param loraDropout the dropout before the adapters
     * @param loraTargets the layers
     * @param loraFull parts that train themselves too
     */
    public record Lora(
            @Setting(label = "N", value = "Train adapters of this rank instead of the weights; 0 for none.")
                    int loraRank,
            @Setting(label = "X", value = "Scale of the adapters is this over the rank; 0 for the rank itself.")
                    double loraAlpha,
            @Setting(label = "BOOL", value = "Divide by the root of the rank instead (rsLoRA).") boolean loraRslora,
            @Setting(label = "P", value = "Dropout before the adapters.") double loraDropout,
            @Setting(
                            label = "NAME",
                            value =
                                    "Layers with adapters: language_model for its q_proj, k_proj, v_proj, out_proj, fc1 and fc2;"
                                            + " all-linear; any ends of names, such as encoder_attn.q_proj; or one regular"
                                            + " expression for whole names.")
                    List<String> loraTargets,
            @Setting(label = "PART", value = "Parts that train in full beside the adapters, such as projector.")
                    List<Part> loraFull) {
        private static final String LANGUAGE_MODEL = "language_model";
        static final Lora DEFAULTS = new Lora(0, 0, false, 0.05, List.of(LANGUAGE_MODEL), List.of());

        /** Checks the ranges. */
        public Lora {
            loraTargets = List.copyOf(loraTargets);
            loraFull = List.copyOf(loraFull);
            atLeast(0, "lora-rank", loraRank);
            require(loraAlpha >= 0, "lora-alpha is " + loraAlpha + "; expected 0 or more");
            require(
                    loraDropout >= 0 && loraDropout < 1,
                    "lora-dropout is " + loraDropout + "; expected 0 or more and below 1");
        }

        /** Whether adapters train. */
        @JsonIgnore
        public boolean isOn() {
            return loraRank > 0;
        }

        private LoraTargets targets() {
            if (loraTargets.equals(List.of(LANGUAGE_MODEL))) {
                return LoraTargets.LANGUAGE_MODEL;
            }
            return loraTargets.size() == 1 ? LoraTargets.parse(loraTargets.get(0)) : new LoraTargets.Named(loraTargets);
        }

        /** The adapters that are asked for. */
        @JsonIgnore
        public LoraOptions options() {
            return new LoraOptions(loraRank, loraAlpha == 0 ? loraRank : loraAlpha, loraRslora, loraDropout, targets());
        }
    }

    /**
     * How good it is meanwhile.
     *
     * @param evalEvery when there is a validation
     * @param evalFirst whether the model is measured as it was given
     * @param metric what decides which checkpoint is best
     * @param evalSamples samples of a validation, or 0
     * @param evalBatchSize examples that are answered together
     * @param numBeams beams of the search
     * @param maxNewTokens the longest answer
     * @param patience validations without progress before it ends, or 0
     */
    public record Evaluation(
            @Setting(label = "N|epoch|off", value = "Validate every N steps, or after every epoch.", free = true)
                    Interval evalEvery,
            @Setting(label = "BOOL", value = "Validate before the first step too, for comparison.", free = true)
                    boolean evalFirst,
            @Setting(
                            label = "NAME",
                            value =
                                    "Metric that decides which checkpoint is best, such as anls; loss needs no answers; auto"
                                            + " chooses by the task.",
                            free = true)
                    String metric,
            @Setting(
                            label = "N",
                            value = "Validate on that many samples, always the same, drawn by the seed; 0 for all.",
                            free = true)
                    int evalSamples,
            @Setting(label = "N", value = "Examples that are answered together.", free = true) int evalBatchSize,
            @Setting(label = "N", value = "Beams of the search for answers.", free = true) int numBeams,
            @Setting(label = "N", value = "Longest answer in tokens.", free = true) int maxNewTokens,
            @Setting(
                            label = "N",
                            value = "End after that many validations without a better one; 0 for never.",
                            free = true)
                    int patience) {
        static final Evaluation DEFAULTS = new Evaluation(Interval.EPOCH, true, "auto", 200, 8, 3, 128, 0);

        /** Checks the ranges. */
        public Evaluation {
            atLeast(0, "eval-samples", evalSamples);
            atLeast(1, "eval-batch-size", evalBatchSize);
            atLeast(1, "num-beams", numBeams);
            atLeast(1, "max-new-tokens", maxNewTokens);
            atLeast(0, "patience", patience);
        }
    }

    /**
     * What is kept.
     *
     * @param saveEvery when there is a checkpoint
     * @param keep checkpoints that are kept beside the best one
     * @param saveLayout the names of the result's tensors
     * @param savePrecision the type of the result's tensors
     */
    public record Saving(
            @Setting(
                            label = "N|epoch|off",
                            value = "Save a checkpoint every N steps, or after every epoch.",
                            free = true)
                    Interval saveEvery,
            @Setting(label = "N", value = "Checkpoints that are kept, beside the best one.", free = true) int keep,
            @Setting(label = "CHOICE", value = "Tensor names of the result: transformers or microsoft.", free = true)
                    KeyLayout saveLayout,
            @Setting(label = "CHOICE", value = "Numbers of the result: fp32, fp16 or bf16.", free = true)
                    SavedPrecision savePrecision) {
        static final Saving DEFAULTS = new Saving(Interval.EPOCH, 2, KeyLayout.TRANSFORMERS, SavedPrecision.FP32);

        /** Checks the ranges. */
        public Saving {
            atLeast(1, "keep", keep);
        }
    }

    /**
     * Where it runs.
     *
     * @param device the device
     * @param threads native threads, or 0
     * @param dataThreads threads that decode images, or 0
     * @param workers batches of a step that run side by side
     */
    public record Machine(
            @Setting(label = "NAME", value = "cpu, cuda or cuda:N (CUDA is untested).", free = true) String device,
            @Setting(label = "N", value = "Native threads; 0 for one per core.", free = true) int threads,
            @Setting(label = "N", value = "Threads that decode images; 0 for one per core.", free = true)
                    int dataThreads,
            @Setting(
                            label = "N",
                            value =
                                    "Batches of a step that run side by side, each with its own native threads: for small"
                                            + " models, with as much accumulation or more. Their dropout is drawn in no"
                                            + " fixed order, so that no two runs are the same to the bit.",
                            free = true)
                    int workers) {
        static final Machine DEFAULTS = new Machine("cpu", 0, 0, 1);

        /** Checks the ranges. */
        public Machine {
            atLeast(0, "threads", threads);
            atLeast(0, "data-threads", dataThreads);
            atLeast(1, "workers", workers);
        }
    }

    /** Workers take the batches of a step, each one. */
    static void requireWork(int workers, int batchesOfStep) {
        require(
                workers <= batchesOfStep,
                "workers is " + workers + ", but the batches of a step are " + batchesOfStep
                        + "; expected accumulation (or global-batch) of as many batches or more");
    }

    static void atLeast(int least, String key, int value) {
        require(value >= least, key + " is " + value + "; expected " + least + " or more");
    }

    static void require(boolean valid, String sentence) {
        if (!valid) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
