package io.github.florence4j.benchmarks;

import io.github.florence4j.generation.GeneratedSequence;
import io.github.florence4j.generation.GenerationOptions;
import io.github.florence4j.generation.Generator;
import io.github.florence4j.generation.StopCondition;
import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.packed.LoadedNetwork;
import io.github.florence4j.packed.Precision;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.Devices;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * What reduced precision costs in accuracy: visual tokens, logits and most likely tokens against single precision, the answers
 * of which are the targets.
 *
 * <p>Arguments: checkpoint folder, new tokens, image files.
 */
public final class PrecisionErrors {
    private static final String PROMPT = "What does the image describe?";

    /** Of one image, all on the host. */
    private record Outputs(float[] features, float[] logits, long[] tokens) {}

    private PrecisionErrors() {}

    /** Measures bf16 and int8 and prints a line for each. */
    public static void main(String[] args) throws IOException {
        Path model = Path.of(args[0]);
        ImageProcessor processor = new ImageProcessor(ImageProcessorConfig.ofCheckpoint(model));
        List<float[]> images = new ArrayList<>();
        for (String file : Arrays.asList(args).subList(2, args.length)) {
            images.add(processor.process(RgbImage.read(Path.of(file))));
        }
        List<int[]> targets = new ArrayList<>();
        List<Outputs> exact = outputs(model, Precision.FP32, images, targets, Integer.parseInt(args[1]));
        for (Precision precision : List.of(Precision.BF16, Precision.INT8)) {
            List<Outputs> found = outputs(model, precision, images, targets, 0);
            double features = 0;
            double logits = 0;
            double agreeing = 0;
            for (int i = 0; i < found.size(); i++) {
                features += error(found.get(i).features(), exact.get(i).features()) / found.size();
                logits += error(found.get(i).logits(), exact.get(i).logits()) / found.size();
                agreeing += agreement(found.get(i).tokens(), exact.get(i).tokens()) / found.size();
            }
            System.out.printf(
                    Locale.ROOT,
                    "{\"precision\": \"%s\", \"features\": %.5f, \"logits\": %.5f, \"top1\": %.4f}%n",
                    precision,
                    features,
                    logits,
                    agreeing);
        }
    }

    /** The outputs of all images; single precision comes first and answers freely, which gives the targets. */
    private static List<Outputs> outputs(
            Path model, Precision precision, List<float[]> images, List<int[]> targets, int newTokens)
            throws IOException {
        List<Outputs> all = new ArrayList<>();
        int[] prompt;
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(model)) {
            prompt = tokenizer.encode(PROMPT);
        }
        try (Device cpu = Scopes.own(Devices::cpu);
                LoadedNetwork loaded = LoadedNetwork.load(model, precision, cpu);
                NoGrad noGrad = new NoGrad()) {
            for (int i = 0; i < images.size(); i++) {
                try (PointerScope scope = new PointerScope()) {
                    Florence2Network network = loaded.network();
                    long side = Math.round(Math.sqrt(images.get(i).length / 3.0));
                    Tensor features = network.imageFeatures(
                            Tensors.ofFloats(cpu, images.get(i)).view(1, 3, side, side), Regularization.NONE);
                    Tensor encoded = network.encode(
                            features,
                            Tensors.ofRows(cpu, new int[][] {prompt}, 1),
                            new TensorOptional(),
                            Regularization.NONE);
                    if (newTokens > 0) {
                        targets.add(answer(network, encoded, newTokens));
                    }
                    Tensor inputs = network.embed(Tensors.ofRows(cpu, new int[][] {targets.get(i)}, 1));
                    Tensor logits = network.logits(
                            network.decoder().forward(inputs, encoded, new TensorOptional(), Regularization.NONE));
                    all.add(new Outputs(
                            Tensors.floats(features),
                            Tensors.floats(logits),
                            Tensors.longs(logits.argmax(new LongOptional(-1), false))));
                }
            }
        }
        return all;
    }

    private static int[] answer(Florence2Network network, Tensor encoded, int newTokens) {
        GenerationOptions options = GenerationOptions.from(network.config().generation())
                .numBeams(1)
                .forcedEosTokenId(OptionalInt.empty())
                .noRepeatNgramSize(3)
                .maxNewTokens(newTokens)
                .build();
        GeneratedSequence sequence = new Generator(network)
                .generate(encoded, new TensorOptional(), options, List.of(), StopCondition.NEVER, TokenListener.NONE)
                .get(0)
                .get(0);
        return sequence.ids();
    }

    private static double error(float[] found, float[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(found[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / norm);
    }

    private static double agreement(long[] found, long[] expected) {
        int agreeing = 0;
        for (int i = 0; i < expected.length; i++) {
            agreeing += found[i] == expected[i] ? 1 : 0;
        }
        return (double) agreeing / expected.length;
    }
}
