package io.github.florence4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokenizer of small models, through the tokenizers library that reads all others. */
class CharacterTokenizerTest {
    private static final String PHRASE = "What text is in the region ";

    @TempDir
    private Path folder;

    private Florence2Tokenizer tokenizer() throws IOException {
        Files.write(folder.resolve("tokenizer.json"), CharacterTokenizer.file(List.of(PHRASE)));
        return Florence2Tokenizer.load(folder);
    }

    @Test
    void everyLetterIsOneTokenBetweenStartAndEnd() throws IOException {
        try (Florence2Tokenizer tokenizer = tokenizer()) {
            String printable = "Invoice no. 4711:  $3,204.50 ~ (due 2026-01-31)!\nThank you";
            int[] ids = tokenizer.encode(printable);

            assertThat(ids).hasSize(printable.length() + 2).startsWith(0).endsWith(2);
            assertThat(tokenizer.decode(tokenizer.encodeWithoutSpecials(printable)))
                    .isEqualTo(printable);
        }
    }

    @Test
    void textBeyondAsciiComesBackFromItsBytes() throws IOException {
        try (Florence2Tokenizer tokenizer = tokenizer()) {
            String text = "Crème brûlée 7 €, 東京";

            assertThat(tokenizer.decode(tokenizer.encodeWithoutSpecials(text))).isEqualTo(text);
        }
    }

    @Test
    void placesAndPhrasesAreOneTokenEach() throws IOException {
        try (Florence2Tokenizer tokenizer = tokenizer()) {
            int[] ids = tokenizer.encodeWithoutSpecials(PHRASE + "<loc_0><loc_999>?");

            assertThat(ids).hasSize(4);
            assertThat(ids[2] - ids[1]).isEqualTo(999);
            assertThat(tokenizer.decode(ids)).isEqualTo(PHRASE + "<loc_0><loc_999>?");
        }
    }

    @Test
    void theImageTokenIsTheLast() throws IOException {
        try (Florence2Tokenizer tokenizer = tokenizer()) {
            assertThat(tokenizer.id(CharacterTokenizer.IMAGE)).hasValue(tokenizer.vocabularySize() - 1);
            assertThat(tokenizer.vocabularySize()).isEqualTo(4 + 256 + 1 + 1024 + 1 + 1);
        }
    }
}
