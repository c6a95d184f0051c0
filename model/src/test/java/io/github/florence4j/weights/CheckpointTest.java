package io.github.florence4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fixtures hold the same weights three times: in the transformers layout, in the original layout, and in half
 * precision as a pickle. All three must give the same tensors, damaged ones a sentence.
 */
class CheckpointTest {
    private static final Path TRANSFORMERS = Fixtures.path("tiny-transformers");
    private static final Path MICROSOFT = Fixtures.path("tiny-microsoft");
    private static final Path PICKLE = Fixtures.path("tiny-microsoft-bin");
    private static final String FC1 = "model.language_model.encoder.layers.0.fc1.bias";

    @TempDir
    Path folder;

    @Test
    void aReaderGivesTheTensorsThatLoadingGives() throws IOException {
        for (Path directory : List.of(TRANSFORMERS, MICROSOFT, PICKLE)) {
            try (PointerScope scope = new PointerScope();
                    Checkpoint loaded = Checkpoint.load(directory, DType.FLOAT32);
                    CheckpointReader reader = CheckpointReader.open(directory)) {
                assertThat(reader.config()).isEqualTo(loaded.config());
                for (String name : loaded.weights().names()) {
                    assertThat(reader.copy(name).equal(loaded.weights().get(name)))
                            .as(name)
                            .isTrue();
                    assertThat(reader.get(name).to(DType.FLOAT32.scalarType()).equal(reader.copy(name)))
                            .as(name)
                            .isTrue();
                }
                assertThat(reader.has(TensorNames.HEAD)).isTrue();
                assertThat(reader.has(TensorNames.LOGITS_BIAS))
                        .isEqualTo(loaded.weights().has(TensorNames.LOGITS_BIAS));
                assertThatThrownBy(() -> reader.copy("no.such")).hasMessage("the weights have no tensor no.such");
            }
        }
    }

    @Test
    void bothLayoutsGiveTheSameTensors() throws IOException {
        try (PointerScope scope = new PointerScope();
                Checkpoint transformers = Checkpoint.load(TRANSFORMERS, DType.FLOAT32);
                Checkpoint microsoft = Checkpoint.load(MICROSOFT, DType.FLOAT32)) {
            assertThat(transformers.layout()).isEqualTo(KeyLayout.TRANSFORMERS);
            assertThat(microsoft.layout()).isEqualTo(KeyLayout.MICROSOFT);
            assertThat(transformers.config().text().vocabSize()).isEqualTo(51_328);
            assertThat(microsoft.config().text().vocabSize()).isEqualTo(51_289);
            assertThat(microsoft.weights().names())
                    .containsExactlyElementsOf(transformers.weights().names());
            for (String name : microsoft.weights().names()) {
                Tensor expected = transformers.weights().get(name);
                if (name.equals(TensorNames.TOKEN_TABLE)) {
                    expected = expected.narrow(0, 0, 51_289);
                }
                assertThat(microsoft.weights().get(name).equal(expected))
                        .as(name)
                        .isTrue();
            }
            assertThat(transformers.report()).isEqualTo(microsoft.report());
        }
    }

    @Test
    void thePickleGivesTheSameTensorsRoundedToHalfPrecision() throws IOException {
        try (PointerScope scope = new PointerScope();
                Checkpoint pickle = Checkpoint.load(PICKLE, DType.FLOAT32);
                Checkpoint safe = Checkpoint.load(MICROSOFT, DType.FLOAT32)) {
            assertThat(pickle.weights().names())
                    .containsExactlyElementsOf(safe.weights().names());
            for (String name : safe.weights().names()) {
                Tensor rounded =
                        safe.weights().get(name).to(DType.FLOAT16.scalarType()).to(DType.FLOAT32.scalarType());
                assertThat(pickle.weights().get(name).equal(rounded)).as(name).isTrue();
            }
            assertThat(pickle.report().ignored())
                    .containsExactly(
                            "language_model.model.encoder.embed_tokens.weight",
                            "language_model.model.decoder.embed_tokens.weight",
                            "language_model.lm_head.weight");
            assertThat(pickle.report().warnings()).isEmpty();
        }
    }

    @Test
    void allTensorsHaveTheAskedPrecision() throws IOException {
        for (Path checkpoint : new Path[] {TRANSFORMERS, PICKLE}) {
            try (Checkpoint loaded = Checkpoint.load(checkpoint, DType.BFLOAT16)) {
                assertThat(loaded.weights().names())
                        .allSatisfy(name ->
                                assertThat(DType.of(loaded.weights().get(name))).isEqualTo(DType.BFLOAT16));
            }
        }
    }

    @Test
    void tiedNamesGiveTheOneTable() throws IOException {
        try (Checkpoint loaded = Checkpoint.load(PICKLE, DType.FLOAT32)) {
            Tensor table = loaded.weights().get(TensorNames.TOKEN_TABLE);
            assertThat(loaded.weights().tied()).hasSize(3);
            assertThat(loaded.weights().tied())
                    .allSatisfy(name -> assertThat(loaded.weights().get(name)).isSameAs(table));
            assertThat(loaded.weights().names()).doesNotContainAnyElementsOf(TensorNames.TIED);
            assertThat(loaded.weights().parameterCount(""))
                    .isEqualTo(CheckpointSummary.read(PICKLE).parameterCount());
            assertThat(loaded.weights().has("no.such.tensor")).isFalse();
            assertThatThrownBy(() -> loaded.weights().get("no.such.tensor"))
                    .hasMessage("the weights have no tensor no.such.tensor");
        }
    }

    @Test
    void shardsGiveTheSameTensorsAndAMissingOneIsNamed() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> all = readAll(TRANSFORMERS);
            Map<String, Tensor> first = new LinkedHashMap<>();
            Map<String, Tensor> second = new LinkedHashMap<>();
            all.forEach((name, tensor) -> {
                boolean even = files.size() % 2 == 0;
                files.put(name, even ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors");
                (even ? first : second).put(name, tensor);
            });
            copyConfig(TRANSFORMERS);
            SafetensorsWriter.write(folder.resolve("model-00001-of-00002.safetensors"), first, Map.of());
            SafetensorsWriter.write(folder.resolve("model-00002-of-00002.safetensors"), second, Map.of());
        }
        Path index = folder.resolve("model.safetensors.index.json");
        new ObjectMapper().writeValue(index.toFile(), Map.of("metadata", Map.of(), "weight_map", files));
        try (PointerScope scope = new PointerScope();
                Checkpoint shards = Checkpoint.load(folder, DType.FLOAT32);
                Checkpoint whole = Checkpoint.load(TRANSFORMERS, DType.FLOAT32)) {
            assertEqual(shards.weights(), whole.weights());
        }
        Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
        assertRefused("shard model-00002-of-00002.safetensors is not in " + folder
                + ", but model.safetensors.index.json names it");
        Files.writeString(index, "{\"weight_map\":{\"x\":\"../x.safetensors\"}}");
        assertRefused("names the file \"../x.safetensors\"; expected the name of a file beside it");
    }

    @Test
    void withoutWeightsTheMessageSaysWhatWasLookedFor() throws IOException {
        copyConfig(MICROSOFT);
        assertRefused("no weights in " + folder + "; looked for model.safetensors, model.safetensors.index.json, "
                + "pytorch_model.bin and pytorch_model.bin.index.json");
    }

    @Test
    void allDifferencesFromTheConfigurationComeInOneMessage() throws IOException {
        change(MICROSOFT, tensors -> {
            tensors.remove("image_proj_norm.weight");
            tensors.remove("language_model.model.decoder.layers.1.fc2.bias");
            tensors.put("vision_tower.extra", torch.ones(1));
            tensors.put("image_projection", torch.ones(32, 128));
            tensors.put("vision_tower.convs.0.norm.bias", torch.ones(16).to(torch.ScalarType.Long));
        });
        assertThatThrownBy(() -> Checkpoint.load(folder, DType.FLOAT32))
                .isInstanceOf(InvalidWeightsException.class)
                .message()
                .hasLineCount(6)
                .startsWith("the weights in " + folder
                        + " do not fit its config.json: 2 missing, 1 unexpected and 2 misshapen tensors\n")
                .contains("\n  missing: image_proj_norm.weight")
                .contains("\n  missing: language_model.model.decoder.layers.1.fc2.bias")
                .contains("\n  unexpected: vision_tower.extra")
                .contains("\n  misshapen: image_projection is (32, 128); expected (128, 32)")
                .contains("\n  misshapen: vision_tower.convs.0.norm.bias holds int64; expected float32");
    }

    @Test
    void harmlessExtrasAreIgnoredAndDifferingCopiesGiveAWarning() throws IOException {
        change(MICROSOFT, tensors -> {
            Tensor table = tensors.get("language_model.model.shared.weight");
            tensors.put("language_model.model.encoder.version", torch.ones(1));
            tensors.put("language_model.model.encoder.embed_tokens.weight", table);
            tensors.put("language_model.lm_head.weight", table.add(new Scalar(1)));
        });
        try (PointerScope scope = new PointerScope();
                Checkpoint loaded = Checkpoint.load(folder, DType.FLOAT32);
                Checkpoint original = Checkpoint.load(MICROSOFT, DType.FLOAT32)) {
            assertEqual(loaded.weights(), original.weights());
            assertThat(loaded.report().ignored()).hasSize(3);
            assertThat(loaded.report().warnings())
                    .containsExactly("language_model.lm_head.weight differs from language_model.model.shared.weight,"
                            + " to which it is tied; the latter is used for both");
        }
    }

    @Test
    void theHeadStandsInForAMissingTable() throws IOException {
        change(
                MICROSOFT,
                tensors -> tensors.put(
                        "language_model.lm_head.weight", tensors.remove("language_model.model.shared.weight")));
        try (PointerScope scope = new PointerScope();
                Checkpoint loaded = Checkpoint.load(folder, DType.FLOAT32);
                Checkpoint original = Checkpoint.load(MICROSOFT, DType.FLOAT32)) {
            assertEqual(loaded.weights(), original.weights());
        }
    }

    @Test
    void aMissingFrameTableIsComputedAsTheReferenceDoes() throws IOException {
        change(MICROSOFT, tensors -> tensors.remove("visual_temporal_embed.pos_idx_to_embed"));
        try (PointerScope scope = new PointerScope();
                Checkpoint loaded = Checkpoint.load(folder, DType.FLOAT32);
                Checkpoint original = Checkpoint.load(MICROSOFT, DType.FLOAT32)) {
            Tensor computed = loaded.weights().get(TensorNames.FRAME_TABLE);
            Tensor stored = original.weights().get(TensorNames.FRAME_TABLE);
            assertThat(computed.sub(stored).abs().max().item_float()).isLessThan(1e-5f);
            assertThat(computed.select(0, 0).equal(stored.select(0, 0))).isTrue();
            assertThat(loaded.report().warnings())
                    .containsExactly("visual_temporal_embed.pos_idx_to_embed is missing; it was computed anew");
        }
    }

    @Test
    void aLogitsBiasIsKeptOnlyWhenItIsNotZero() throws IOException {
        try (Checkpoint zero = Checkpoint.load(MICROSOFT, DType.FLOAT32)) {
            assertThat(zero.weights().has(TensorNames.LOGITS_BIAS)).isFalse();
        }
        change(MICROSOFT, tensors -> tensors.put("language_model.final_logits_bias", torch.ones(1, 51_289)));
        try (Checkpoint biased = Checkpoint.load(folder, DType.FLOAT32)) {
            assertThat(biased.weights().get(TensorNames.LOGITS_BIAS).shape()).containsExactly(1, 51_289);
            assertThatThrownBy(() -> CheckpointWriter.save(
                            biased.weights(),
                            biased.config(),
                            KeyLayout.TRANSFORMERS,
                            DType.FLOAT32,
                            folder.resolve("x")))
                    .hasMessageContaining("the weights have a logits bias that is not zero");
        }
    }

    @Test
    void numbersThatAreNotFiniteAreRefusedByName() throws IOException {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1e6f}) {
            change(TRANSFORMERS, tensors -> {
                Tensor changed = tensors.get(FC1).clone();
                changed.select(0, 3).fill_(new Scalar(bad));
                tensors.put(FC1, changed);
            });
            assertThatThrownBy(() -> Checkpoint.load(folder, DType.FLOAT16))
                    .isInstanceOf(InvalidWeightsException.class)
                    .hasMessage("tensor " + FC1 + " in " + folder.resolve("model.safetensors")
                            + " holds infinite values or NaN as float16");
        }
        try (PointerScope scope = new PointerScope();
                Checkpoint large = Checkpoint.load(folder, DType.FLOAT32)) {
            assertThat(large.weights().get(FC1).select(0, 3).item_float()).isEqualTo(1e6f);
        }
    }

    @Test
    void aSumThatOverflowsIsNoInfiniteValue() throws IOException {
        change(TRANSFORMERS, tensors -> tensors.put(FC1, torch.full(new long[] {64}, new Scalar(3e38))));
        try (Checkpoint loaded = Checkpoint.load(folder, DType.FLOAT32)) {
            assertThat(loaded.weights().has(FC1)).isTrue();
        }
    }

    @Test
    void truncatedAndForeignFilesAreRefusedInOneSentence() throws IOException {
        byte[] bytes = Files.readAllBytes(MICROSOFT.resolve("model.safetensors"));
        copyConfig(MICROSOFT);
        Files.write(folder.resolve("model.safetensors"), Arrays.copyOf(bytes, bytes.length - 1));
        assertRefused("is truncated: its tensors end at byte");
        try (PointerScope scope = new PointerScope()) {
            SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("x", torch.ones(1)), Map.of());
        }
        assertRefused("these are not the weights of Florence-2: none of the 1 tensors is called image_projection or");
    }

    @Test
    void aFailedLoadLeavesNothingBehind() throws IOException {
        change(TRANSFORMERS, tensors -> tensors.put(FC1, torch.full(new long[] {64}, new Scalar(Double.NaN))));
        assertThatThrownBy(() -> Checkpoint.load(folder, DType.FLOAT32)).isInstanceOf(InvalidWeightsException.class);
        long before = Handles.settled();
        assertThatThrownBy(() -> Checkpoint.load(folder, DType.FLOAT32)).isInstanceOf(InvalidWeightsException.class);
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    @Test
    void weightsOutliveAScopeAndFiftyLoadsLeaveNothingBehind() throws IOException {
        long handles = Handles.settled();
        try (PointerScope scope = new PointerScope()) {
            Checkpoint loaded = Checkpoint.load(PICKLE, DType.FLOAT32);
            scope.close();
            assertThat(loaded.weights().get(FC1).isNull()).isFalse();
            loaded.close();
        }
        for (int i = 0; i < 5; i++) {
            loadAndClose();
        }
        long resident = NativeMemory.resident().orElse(0);
        for (int i = 0; i < 50; i++) {
            loadAndClose();
        }
        assertThat(NativeMemory.handles()).isEqualTo(handles);
        // Each round loads 20 MB: fifty leaked ones would be 1,000.
        assertThat(NativeMemory.resident().orElse(0) - resident).isLessThan(100L << 20);
    }

    private static void loadAndClose() throws IOException {
        Checkpoint.load(PICKLE, DType.FLOAT32).close();
        Checkpoint.load(TRANSFORMERS, DType.FLOAT32).close();
    }

    @Test
    void theSummaryTellsTheSameWithoutLoading() throws IOException {
        CheckpointSummary pickle = CheckpointSummary.read(PICKLE);
        assertThat(pickle.layout()).isEqualTo(KeyLayout.MICROSOFT);
        assertThat(pickle.entries()).isEqualTo(277);
        assertThat(pickle.bytes()).containsOnlyKeys(DType.FLOAT16);
        try (Checkpoint loaded = Checkpoint.load(PICKLE, DType.FLOAT32)) {
            pickle.parameters()
                    .forEach((part, count) -> assertThat(loaded.weights().parameterCount(part.prefix()))
                            .isEqualTo(count));
        }
        CheckpointSummary safe = CheckpointSummary.read(TRANSFORMERS);
        assertThat(safe.files()).containsExactly(TRANSFORMERS.resolve("model.safetensors"));
        assertThat(safe.bytes().get(DType.FLOAT32))
                .isEqualTo(Files.size(TRANSFORMERS.resolve("model.safetensors")) - 33_568 - 8);
    }

    @Test
    void savingInTheLayoutOfTheFilesGivesTheSameBytesAndConfiguration() throws IOException {
        for (Path source : new Path[] {TRANSFORMERS, MICROSOFT}) {
            Path target = folder.resolve(source.getFileName().toString());
            try (Checkpoint loaded = Checkpoint.load(source, DType.FLOAT32)) {
                CheckpointWriter.save(loaded.weights(), loaded.config(), loaded.layout(), DType.FLOAT32, target);
                CheckpointWriter.copyProcessorFiles(source, target);
                assertThat(Florence2Config.read(target)).isEqualTo(loaded.config());
            }
            assertThat(Files.mismatch(source.resolve("model.safetensors"), target.resolve("model.safetensors")))
                    .isEqualTo(-1);
            assertThat(Files.mismatch(source.resolve("tokenizer.json"), target.resolve("tokenizer.json")))
                    .isEqualTo(-1);
        }
    }

    /** As {@code Florence2Processor} of transformers 5.18 was seen to load it. */
    @Test
    void theProcessorOfTheOriginalLayoutGainsTheImageTokenThatTransformersAsksFor() throws IOException {
        Path bare = Files.createDirectories(folder.resolve("bare"));
        Files.copy(MICROSOFT.resolve("tokenizer.json"), bare.resolve("tokenizer.json"));
        ObjectMapper json = new ObjectMapper();
        ObjectNode preprocessor = (ObjectNode)
                json.readTree(MICROSOFT.resolve("preprocessor_config.json").toFile());
        preprocessor.remove("image_seq_length");
        json.writeValue(bare.resolve("preprocessor_config.json").toFile(), preprocessor);
        Florence2Config config = Florence2Config.read(MICROSOFT);
        for (Path source : List.of(MICROSOFT, bare, TRANSFORMERS)) {
            Path target = folder.resolve("of-" + source.getFileName());
            CheckpointWriter.copyProcessorFiles(source, target, config, KeyLayout.TRANSFORMERS);
            JsonNode settings =
                    json.readTree(target.resolve("tokenizer_config.json").toFile());
            assertThat(settings.path("image_token").asText()).isEqualTo("<image>");
            assertThat(settings.has("tokenizer_class")).isTrue();
            assertThat(json.readTree(target.resolve("preprocessor_config.json").toFile())
                            .path("image_seq_length")
                            .asInt())
                    .isEqualTo(10);
            try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(target)) {
                assertThat(tokenizer.encode("<image>a")).containsExactly(0, 51_289, 102, 2);
            }
        }
        Florence2Config smaller = config.withTables(51_000, config.text().maxPositionEmbeddings());
        assertThatThrownBy(() -> CheckpointWriter.copyProcessorFiles(
                        MICROSOFT, folder.resolve("no"), smaller, KeyLayout.TRANSFORMERS))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("has 51289 entries; expected 51000, so that <image> follows them");
    }

    @Test
    void savingInTheOtherLayoutKeepsEverythingButTheExtraRows() throws IOException {
        try (PointerScope scope = new PointerScope();
                Checkpoint microsoft = Checkpoint.load(MICROSOFT, DType.FLOAT32);
                Checkpoint transformers = Checkpoint.load(TRANSFORMERS, DType.FLOAT32)) {
            CheckpointWriter.save(
                    transformers.weights(), transformers.config(), KeyLayout.MICROSOFT, DType.FLOAT32, folder);
            try (Checkpoint back = Checkpoint.load(folder, DType.FLOAT32)) {
                assertThat(back.config()).isEqualTo(microsoft.config());
                assertEqual(back.weights(), microsoft.weights());
            }
            CheckpointWriter.save(
                    microsoft.weights(), microsoft.config(), KeyLayout.TRANSFORMERS, DType.FLOAT32, folder);
            try (Checkpoint there = Checkpoint.load(folder, DType.FLOAT32)) {
                assertThat(there.config().text().vocabSize()).isEqualTo(51_328);
                assertThat(there.config().imageTokenId())
                        .isEqualTo(transformers.config().imageTokenId());
                Tensor table = there.weights().get(TensorNames.TOKEN_TABLE);
                Tensor published = microsoft.weights().get(TensorNames.TOKEN_TABLE);
                assertThat(table.narrow(0, 0, 51_289).equal(published)).isTrue();
                assertThat(table.select(0, 51_327).equal(published.mean(0))).isTrue();
            }
        }
    }

    private void change(Path source, Consumer<Map<String, Tensor>> change) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = readAll(source);
            change.accept(tensors);
            copyConfig(source);
            SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
        }
    }

    private static Map<String, Tensor> readAll(Path source) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(source.resolve("model.safetensors"))) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : file.tensors().keySet()) {
                tensors.put(name, file.read(name, DType.FLOAT32));
            }
            return tensors;
        }
    }

    private void copyConfig(Path source) throws IOException {
        Files.copy(source.resolve("config.json"), folder.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
    }

    private void assertRefused(String sentence) {
        assertThatThrownBy(() -> Checkpoint.load(folder, DType.FLOAT32))
                .isInstanceOf(InvalidWeightsException.class)
                .hasMessageContaining(sentence);
    }

    private static void assertEqual(Weights one, Weights other) {
        assertThat(one.names()).containsExactlyElementsOf(other.names());
        for (String name : one.names()) {
            assertThat(one.get(name).equal(other.get(name))).as(name).isTrue();
        }
    }
}
