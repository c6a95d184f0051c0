package io.github.florence4j.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.florence4j.Florence2;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.SourceSpec;
import io.github.florence4j.data.Sources;
import io.github.florence4j.data.SynthPages;
import io.github.florence4j.task.Task;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.DType;
import io.github.florence4j.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From nothing to a checkpoint that loads, in two stages of a few steps. */
class PretrainTest {
    private static final String RECIPE =
            """
            output: OUT
            new-model:
              {image-size: 64, tower-widths: [16, 32], tower-depths: [0, 1], tower-heads: [1, 2], tower-strides: [4, 4],
               window: 4, width: 32, heads: 2, encoder-layers: 1, decoder-layers: 1, feed-forward: 64, positions: 64}
            warm-up:
              - {name: glyphs, pages: 'synth:word?size=64', steps: 6, batch-size: 4, warmup-steps: 1, eval-every: 3, save-every: 3, workers: 2}
            data: {shuffle: false}
            training: {epochs: 1, batch-size: 2, accumulation: 2, max-steps: 4}
            machine: {threads: 1, workers: 2}
            optimizer: {lr: 1e-3}
            stages:
              - name: words
                data: {train: 'synth:word?size=64'}
                saving: {save-precision: fp16}
            """;

    @TempDir
    private Path folder;

    private PretrainFile file(String output) throws IOException {
        Path file = folder.resolve(output + ".yaml");
        Files.writeString(file, RECIPE);
        return PretrainFile.read(
                file, Map.of("output", List.of(folder.resolve(output).toString())));
    }

    private static Pretrain.Outcome run(PretrainFile file, BooleanSupplier stop) throws IOException {
        return Pretrain.run(file, new Silent(), stop);
    }

    @Test
    void aModelComesOutOfNothingAndAnswers() throws IOException {
        Pretrain.Outcome outcome = run(file("whole"), () -> false);

        assertThat(outcome.finished()).isTrue();
        try (Florence2 model = Florence2.load(outcome.folder())) {
            SynthPages pages = SynthPages.of(SourceSpec.parse("synth:word?size=64"));
            assertThat(model.run(Task.OCR, pages.page(0).raster().toRgbImage())).isNotNull();
        }
    }

    @Test
    void aRunThatIsStoppedAgainAndAgainEndsInTheSameBits() throws IOException {
        Path whole = run(file("once"), () -> false).folder();
        PretrainFile file = file("often");
        Pretrain.Outcome outcome;
        int parts = 0;
        do {
            AtomicInteger asked = new AtomicInteger();
            outcome = run(file, () -> asked.incrementAndGet() > 2);
            parts++;
        } while (!outcome.finished());

        assertThat(parts).isGreaterThan(3);
        assertThat(outcome.folder().resolve("model.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
    }

    @Test
    void theSameSeedDrawsTheSameWeightsAndAnotherOneDoesNot() throws IOException {
        Path other = folder.resolve("other.yaml");
        Files.writeString(other, RECIPE.replace("{image-size", "{seed: 2, image-size"));
        NewModelFolder.write(file("seeds").model(), folder.resolve("a"));
        NewModelFolder.write(file("seeds").model(), folder.resolve("b"));
        NewModelFolder.write(PretrainFile.read(other, Map.of()).model(), folder.resolve("c"));

        byte[] drawn = Files.readAllBytes(folder.resolve("a/model.safetensors"));
        assertThat(Files.readAllBytes(folder.resolve("b/model.safetensors"))).isEqualTo(drawn);
        assertThat(Files.readAllBytes(folder.resolve("c/model.safetensors"))).isNotEqualTo(drawn);
    }

    @Test
    void theModelOfTheRecipeIsSmallEnoughToTravel() throws IOException {
        NewModelFolder.write(NewModel.DEFAULTS, folder);

        try (Checkpoint checkpoint = Checkpoint.load(folder, DType.FLOAT32)) {
            assertThat(checkpoint.weights().parameterCount("")).isBetween(3_000_000L, 6_000_000L);
        }
    }

    @Test
    void aBlindGuesserIsAsUncertainAsThereAreCharacters() throws IOException {
        NewModelFolder.write(file("blind").model(), folder);
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(folder);
                IndexedSource source = Sources.open("synth:glyph?size=32&tasks=ocr")) {
            double characters = Math.log(92); // evenly drawn from 92; start and end of the answer are certain

            assertThat(BlindGuess.loss(source, tokenizer)).isCloseTo(characters / 3, within(0.05));
        }
    }

    @Test
    void everyCharacterOfAPageIsInTheMapOnceUnlessTwoShareASlot() {
        SynthPages pages = SynthPages.of(SourceSpec.parse("synth:glyph?size=48"));
        GlyphMap map = new GlyphMap(16, 3, 1);
        for (int i = 0; i < 50; i++) {
            long[] classes = map.classes(pages.page(i));
            char character = pages.page(i).text().charAt(0);

            assertThat(classes).hasSize(3 * 3 * 3);
            assertThat(java.util.Arrays.stream(classes).filter(c -> c != GlyphMap.NOTHING))
                    .containsExactly((long) character - ' ');
        }
    }

    @Test
    void anUnknownKeyOfTheModelIsNamed() throws IOException {
        Path file = folder.resolve("wrong.yaml");
        Files.writeString(file, "output: x\nnew-model: {widht: 3}\n");

        assertThatThrownBy(() -> PretrainFile.read(file, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("widht")
                .hasMessageContaining("width");
    }

    private static final class Silent implements Pretrain.Listener {
        @Override
        public void note(String sentence) {}

        @Override
        public Pretrain.ClosableListener stage() {
            return () -> {};
        }
    }
}
