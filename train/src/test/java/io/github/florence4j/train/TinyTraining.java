package io.github.florence4j.train;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.generation.Generator;
import io.github.florence4j.generation.StopCondition;
import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Parameters;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The tiny fixture checkpoint in training, and batches for it. */
record TinyTraining(Checkpoint checkpoint, TrainingWeights weights, TrainingNetwork network, Gradients gradients)
        implements AutoCloseable {
    static TinyTraining freezing(DType dtype, Part... frozen) throws IOException {
        return of(Checkpoint.load(Fixtures.path("tiny-transformers"), dtype), frozen);
    }

    /** With every kind of dropout, which the fixture has switched off, at a rate of 0.1. */
    static TinyTraining dropping(Path folder, Part... frozen) throws IOException {
        Path fixture = Fixtures.path("tiny-transformers");
        String config = Files.readString(fixture.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replaceAll("((activation|attention)_dropout|\"dropout|drop_path_rate)\": 0\\.0", "$1\": 0.1"));
        for (String name : List.of("generation_config.json", "model.safetensors", "preprocessor_config.json")) {
            Files.copy(fixture.resolve(name), folder.resolve(name));
        }
        return of(Checkpoint.load(folder, DType.FLOAT32), frozen);
    }

    private static TinyTraining of(Checkpoint checkpoint, Part... frozen) {
        TrainingWeights weights = TrainingWeights.of(checkpoint.weights(), Set.of(frozen));
        return new TinyTraining(
                checkpoint,
                weights,
                new TrainingNetwork(checkpoint.config(), weights, weights.trained()),
                new Gradients(weights.parameters()));
    }

    /** The three images, prompts and answers that the reference trained on. */
    static TrainingBatch golden(DType dtype) throws IOException {
        int visual = Fixtures.json("generation.json").at("/image_seq_length").asInt();
        return batch(Fixtures.path("activations.safetensors"), visual, dtype);
    }

    /** A batch as transformers takes it, whose prompts begin with {@code visual} placeholders. */
    static TrainingBatch batch(Path inputs, int visual, DType dtype) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(inputs)) {
            Tensor ids = file.read("input_ids", DType.INT64);
            Tensor attention = file.read("attention_mask", DType.INT64);
            int[] lengths = new int[(int) ids.size(0)];
            for (int row = 0; row < lengths.length; row++) {
                lengths[row] = (int) attention.select(0, row).sum().item_long() - visual;
            }
            return new TrainingBatch(
                    new ImageInput(ImageInput.Stage.PIXELS, file.read("pixel_values", dtype)),
                    ids.narrow(1, visual, ids.size(1) - visual),
                    lengths,
                    file.read("labels", DType.INT64));
        }
    }

    /** The mean loss of weights on the golden batch. */
    static double loss(Florence2Config config, Parameters.Source weights) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            return loss(config, weights, golden(DType.FLOAT32));
        }
    }

    static double loss(Florence2Config config, Parameters.Source weights, TrainingBatch batch) {
        TrainingNetwork network = new TrainingNetwork(config, weights, Set.of());
        return new TrainingStep(network, DType.FLOAT32, 128).evaluate(batch).mean();
    }

    /** The greedy answers to the golden batch, twelve tokens at most, as the scripts in {@code tools} have them made. */
    static int[][] greedy(Florence2Config config, Parameters.Source weights) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            return greedy(config, weights, golden(DType.FLOAT32));
        }
    }

    static int[][] greedy(Florence2Config config, Parameters.Source weights, TrainingBatch batch) {
        GenerationOptions options = GenerationOptions.from(config.generation())
                .numBeams(1)
                .maxNewTokens(12)
                .noRepeatNgramSize(0)
                .forcedBosTokenId(OptionalInt.empty())
                .build();
        try (NoGrad noGrad = new NoGrad()) {
            Florence2Network network = new Florence2Network(config, weights);
            Tensor features = network.imageFeatures(batch.image().tensor(), Regularization.NONE);
            TensorOptional mask = network.paddingMask(features.size(1), batch.promptLengths());
            Tensor encoded = network.encode(features, batch.promptIds(), mask, Regularization.NONE);
            return new Generator(network)
                    .generate(encoded, mask, options, List.of(), StopCondition.NEVER, TokenListener.NONE).stream()
                            .map(answers -> answers.get(0).ids())
                            .toArray(int[][]::new);
        }
    }

    /** Rows {@code first} to {@code first + count - 1} of eight examples of unequal lengths, cut to their own width. */
    static TrainingBatch rows(int first, int count, DType dtype) throws IOException {
        Random random = new Random(5);
        int[][] prompts = new int[8][];
        int[][] answers = new int[8][];
        for (int row = 0; row < 8; row++) {
            prompts[row] = random.ints(3 + random.nextInt(9), 4, 50000).toArray();
            answers[row] = random.ints(2 + random.nextInt(11), 4, 50000).toArray();
        }
        TensorVector pictures = new TensorVector();
        Tensor pixels = golden(dtype).image().tensor();
        for (int row = first; row < first + count; row++) {
            pictures.push_back(pixels.select(0, row % pixels.size(0)));
        }
        int[][] ownPrompts = Arrays.copyOfRange(prompts, first, first + count);
        int[][] ownAnswers = Arrays.copyOfRange(answers, first, first + count);
        Device cpu = pixels.device();
        return new TrainingBatch(
                new ImageInput(ImageInput.Stage.PIXELS, torch.stack(pictures, 0)),
                Tensors.ofRows(cpu, ownPrompts, 1),
                Arrays.stream(ownPrompts).mapToInt(row -> row.length).toArray(),
                Tensors.ofRows(cpu, ownAnswers, -100));
    }

    @Override
    public void close() {
        weights.close();
        checkpoint.close();
    }
}
