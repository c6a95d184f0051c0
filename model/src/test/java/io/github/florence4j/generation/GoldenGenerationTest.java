package io.github.florence4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.weights.Checkpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoding against transformers 5.18: every case of fixtures/generation.json. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenGenerationTest {
    private static final int VISUAL_TOKENS = 10;

    private final JsonNode golden = Fixtures.json("generation.json");
    private Checkpoint transformers;
    private Checkpoint microsoft;
    private SafetensorsFile activations;

    @BeforeAll
    void load() throws IOException {
        transformers = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
        microsoft = Checkpoint.load(Fixtures.path("tiny-microsoft"), DType.FLOAT32);
        activations = SafetensorsFile.open(Fixtures.path("activations.safetensors"));
    }

    @AfterAll
    void close() throws IOException {
        transformers.close();
        microsoft.close();
        activations.close();
    }

    Stream<JsonNode> cases() {
        return golden.get("cases").valueStream();
    }

    @Test
    void allCasesOfTheReferenceAreHere() {
        assertThat(golden.get("cases").size()).isEqualTo(26);
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("cases")
    void decodesTheIdsAndScoresOfTheReference(JsonNode expected) throws IOException {
        Checkpoint checkpoint = expected.get("layout").asText().equals("microsoft") ? microsoft : transformers;
        List<GeneratedSequence> found =
                generate(checkpoint, rows(expected), options(checkpoint, expected), TokenListener.NONE);
        assertThat(found).hasSize(expected.get("sequences").size());
        for (int i = 0; i < found.size(); i++) {
            GeneratedSequence sequence = found.get(i);
            assertThat(sequence.ids())
                    .as("ids of answer %d of %s", i, expected.get("name"))
                    .isEqualTo(withoutPadding(expected.get("sequences").get(i)));
            if (expected.has("sequences_scores")) {
                assertThat((double) sequence.score())
                        .isCloseTo(expected.get("sequences_scores").get(i).asDouble(), within(1e-3));
            }
            if (expected.has("transition_scores")) {
                for (int t = 0; t < sequence.tokenScores().length; t++) {
                    assertThat((double) sequence.tokenScores()[t])
                            .isCloseTo(
                                    expected.get("transition_scores")
                                            .get(i)
                                            .get(t)
                                            .asDouble(),
                                    within(1e-3));
                }
            }
            assertThat(sequence.truncated()).isTrue(); // 24 tokens of a random model: the limit cuts every answer
        }
    }

    @Test
    void listenersHearExactlyTheAnswerInOrder() throws IOException {
        for (int beams : new int[] {1, 3}) {
            GenerationOptions options = GenerationOptions.from(
                            transformers.config().generation())
                    .numBeams(beams)
                    .maxNewTokens(24)
                    .build();
            List<List<Integer>> heard = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            List<GeneratedSequence> answers =
                    generate(transformers, new int[] {0, 1, 2}, options, (sample, id) -> heard.get(sample)
                            .add(id));
            for (int row = 0; row < 3; row++) {
                int[] ids = answers.get(row).ids();
                assertThat(heard.get(row))
                        .containsExactlyElementsOf(
                                Arrays.stream(ids, 1, ids.length).boxed().toList());
            }
        }
    }

    @Test
    void samplingGivesAnImageTheSameAnswersInAnyBatch() throws IOException {
        GenerationOptions options = GenerationOptions.from(transformers.config().generation())
                .sample(7)
                .topP(0.9)
                .temperature(0.7)
                .numReturnSequences(2)
                .maxNewTokens(12)
                .build();
        List<GeneratedSequence> batch = generate(transformers, new int[] {0, 1, 2}, options, TokenListener.NONE);
        for (int row = 0; row < 3; row++) {
            List<GeneratedSequence> single = generate(transformers, new int[] {row}, options, TokenListener.NONE);
            for (int i = 0; i < 2; i++) {
                assertThat(batch.get(2 * row + i).ids()).isEqualTo(single.get(i).ids());
            }
        }
        assertThat(batch.get(0).ids()).isNotEqualTo(batch.get(1).ids());
    }

    @Test
    void samplingAmongOneTokenIsGreedy() throws IOException {
        GenerationOptions.Builder builder =
                GenerationOptions.from(transformers.config().generation()).maxNewTokens(24);
        List<GeneratedSequence> sampled =
                generate(transformers, new int[] {0}, builder.sample(1).topK(1).build(), TokenListener.NONE);
        List<GeneratedSequence> greedy = generate(
                transformers,
                new int[] {0},
                GenerationOptions.from(transformers.config().generation())
                        .numBeams(1)
                        .maxNewTokens(24)
                        .build(),
                TokenListener.NONE);
        assertThat(sampled.get(0).ids()).isEqualTo(greedy.get(0).ids());
    }

    private List<GeneratedSequence> generate(
            Checkpoint checkpoint, int[] rows, GenerationOptions options, TokenListener listener) throws IOException {
        Florence2Network network = new Florence2Network(checkpoint.config(), checkpoint.weights());
        try (PointerScope scope = new PointerScope();
                NoGrad noGrad = new NoGrad()) {
            Tensor index = Tensors.ofLongs(
                    network.device(), Arrays.stream(rows).asLongStream().toArray());
            Tensor pixels = activations.read("pixel_values", DType.FLOAT32).index_select(0, index);
            Tensor attention = activations.read("attention_mask", DType.INT64).index_select(0, index);
            int[] lengths = new int[rows.length];
            for (int row = 0; row < rows.length; row++) {
                lengths[row] = (int) attention.select(0, row).sum().item_long() - VISUAL_TOKENS;
            }
            Tensor ids = activations
                    .read("input_ids", DType.INT64)
                    .index_select(0, index)
                    .narrow(1, VISUAL_TOKENS, Arrays.stream(lengths).max().orElseThrow());
            TensorOptional mask = network.paddingMask(VISUAL_TOKENS, lengths);
            Tensor encoded =
                    network.encode(network.imageFeatures(pixels, Regularization.NONE), ids, mask, Regularization.NONE);
            return new Generator(network)
                    .generate(encoded, mask, options, List.of(), StopCondition.NEVER, listener).stream()
                            .flatMap(List::stream)
                            .toList();
        }
    }

    private static int[] rows(JsonNode expected) {
        return expected.get("rows").valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static int[] withoutPadding(JsonNode sequence) {
        int[] ids = sequence.valueStream().mapToInt(JsonNode::asInt).toArray();
        int length = ids.length;
        while (ids[length - 1] == 1) {
            length--;
        }
        return Arrays.copyOf(ids, length);
    }

    private static GenerationOptions options(Checkpoint checkpoint, JsonNode expected) {
        GenerationOptions.Builder builder = GenerationOptions.from(
                        checkpoint.config().generation())
                .maxNewTokens(expected.get("max_new_tokens").asInt());
        expected.get("options").fieldNames().forEachRemaining(name -> {
            JsonNode value = expected.get("options").get(name);
            switch (name) {
                case "num_beams" -> builder.numBeams(value.asInt());
                case "no_repeat_ngram_size" -> builder.noRepeatNgramSize(value.asInt());
                case "forced_bos_token_id" ->
                    builder.forcedBosTokenId(value.isNull() ? OptionalInt.empty() : OptionalInt.of(value.asInt()));
                case "length_penalty" -> builder.lengthPenalty(value.asDouble());
                case "num_return_sequences" -> builder.numReturnSequences(value.asInt());
                default -> throw new AssertionError("option not known to this test: " + name);
            }
        });
        return builder.build();
    }
}
