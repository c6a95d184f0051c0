package io.github.florence4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compared with fixtures/tokenizer.json, which the reference tokenizer made, and with specification 5 and 10.2. */
class Florence2TokenizerTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path scratch;

    private static Florence2Tokenizer whole;
    private static Florence2Tokenizer fromParts;
    private static Florence2Tokenizer fromBaseTable;

    @BeforeAll
    static void loadAllForms() throws IOException {
        whole = Florence2Tokenizer.load(Fixtures.path("tiny-microsoft"));
        fromParts = Florence2Tokenizer.load(writeParts(Files.createDirectory(scratch.resolve("parts"))));
        fromBaseTable = Florence2Tokenizer.load(writeBaseTable(Files.createDirectory(scratch.resolve("base"))));
    }

    @AfterAll
    static void closeAllForms() {
        whole.close();
        fromParts.close();
        fromBaseTable.close();
    }

    @Test
    void givesTheReferenceIdsFromTokenizerJson() {
        assertMatchesFixture(whole);
    }

    @Test
    void givesTheReferenceIdsFromVocabAndMerges() {
        assertMatchesFixture(fromParts);
    }

    @Test
    void givesTheReferenceIdsWhenTokenizerJsonLacksTheTaskTokens() {
        assertMatchesFixture(fromBaseTable);
    }

    @Test
    void hasTheTransformersImageTokenWhereItBelongs() throws IOException {
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(Fixtures.path("tiny-transformers"))) {
            assertMatchesFixture(tokenizer);
            assertThat(tokenizer.vocabularySize()).isEqualTo(51290);
            assertThat(tokenizer.tokenText(51289)).isEqualTo("<image>");
        }
    }

    @Test
    void numbersTheTaskTokensAsTheSpecificationDoes() {
        for (Florence2Tokenizer tokenizer : List.of(whole, fromParts, fromBaseTable)) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(51289);
            assertThat(tokenizer.id("<od>")).hasValue(50265);
            assertThat(tokenizer.id("<loc_0>")).hasValue(50269);
            assertThat(tokenizer.id("<loc_999>")).hasValue(51268);
            assertThat(tokenizer.id("<sep>")).hasValue(51279);
            assertThat(tokenizer.id("</region_to_desciption>")).hasValue(51283);
            assertThat(tokenizer.id("<and>")).hasValue(51288);
            assertThat(tokenizer.id("<loc_1000>")).isEmpty();
            assertThat(tokenizer.isSpecial(51288)).isTrue();
            assertThat(tokenizer.isSpecial(50264)).isTrue();
            assertThat(tokenizer.isSpecial(50260)).isFalse();
            assertThat(tokenizer.isSpecial(99999)).isFalse();
        }
    }

    @Test
    void encodesThePromptsOfTheSpecification() {
        assertThat(whole.encode("What is the region <loc_52><loc_332><loc_932><loc_774>?"))
                .containsExactly(0, 2264, 16, 5, 976, 1437, 50321, 50601, 51201, 51043, 116, 2);
        assertThat(whole.encode("Locate  in the image.")).containsExactly(0, 574, 22486, 1437, 11, 5, 2274, 4, 2);
        assertThat(whole.encode("")).containsExactly(0, 2);
        assertThat(whole.encodeWithoutSpecials("hello")).containsExactly(42891);
    }

    @Test
    void decodesTheSequenceOfTheSpecificationWithoutAddingSpaces() {
        assertThat(whole.decode(2, 0, 5901, 50322, 50602, 51202, 51043, 13630, 50978, 50845, 51134, 51041, 2))
                .isEqualTo(
                        "</s><s>car<loc_53><loc_333><loc_933><loc_774>wheel<loc_709><loc_576><loc_865><loc_772></s>");
    }

    @Test
    void decodesWhatItEncodedWhateverTheScript() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            String text = randomText(random);
            assertThat(whole.decode(whole.encodeWithoutSpecials(text))).isEqualTo(text);
        }
    }

    @Test
    void givesTheBytesOfTokensThatAreOnlyPartOfACharacter() {
        int[] ids = whole.encodeWithoutSpecials("☕");
        assertThat(ids).hasSizeGreaterThan(1);
        byte[] joined = new byte[0];
        for (int id : ids) {
            byte[] part = whole.tokenBytes(id);
            joined = Arrays.copyOf(joined, joined.length + part.length);
            System.arraycopy(part, 0, joined, joined.length - part.length, part.length);
        }
        assertThat(new String(joined, StandardCharsets.UTF_8)).isEqualTo("☕");
        assertThat(whole.tokenText(ids[0])).contains("\ufffd");
        assertThat(whole.decode(ids)).isEqualTo("☕");
    }

    @Test
    void tokensThatShareACharacterEachCoverAllOfIt() {
        int[] cup = whole.encodeWithoutSpecials("☕");
        int[] ids = new int[cup.length + 2];
        ids[0] = whole.id("<loc_5>").getAsInt();
        System.arraycopy(cup, 0, ids, 1, cup.length);
        ids[ids.length - 1] = whole.id("<sep>").getAsInt();
        TokenSpans spans = TokenSpans.of(whole, ids);
        assertThat(spans.text()).isEqualTo("<loc_5>☕<sep>");
        for (int token = 1; token <= cup.length; token++) {
            assertThat(spans.start(token)).isEqualTo(7);
            assertThat(spans.end(token)).isEqualTo(8);
        }
        assertThat(spans.start(ids.length - 1)).isEqualTo(8);
        assertThat(spans.firstEndingAfter(7)).isEqualTo(1);
        assertThat(spans.firstEndingAfter(8)).isEqualTo(ids.length - 1);
        assertThat(spans.firstEndingAfter(13)).isEqualTo(ids.length);
    }

    @Test
    void decodesRandomIdsAsTheTokenizersLibraryDoes() throws IOException {
        Random random = new Random(11);
        int[] partial = IntStream.range(0, 50265)
                .filter(id -> whole.tokenText(id).contains("\ufffd"))
                .toArray();
        assertThat(partial.length).isGreaterThan(100);
        try (HuggingFaceTokenizer library =
                HuggingFaceTokenizer.newInstance(Fixtures.path("tiny-microsoft/tokenizer.json"))) {
            for (int round = 0; round < 3000; round++) {
                long[] ids = random.longs(1 + random.nextInt(12), 0, 51289)
                        .map(id -> random.nextInt(3) == 0 ? id : partial[(int) id % partial.length])
                        .toArray();
                int[] same = Arrays.stream(ids).mapToInt(id -> (int) id).toArray();
                assertThat(whole.decode(same)).isEqualTo(library.decode(ids, false));
            }
        }
    }

    @Test
    void givesNothingForTheRowsThatPadTheTokenTable() {
        assertThat(whole.decode(102, 51300, 102)).isEqualTo("aa");
        assertThatThrownBy(() -> whole.decode(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a token id cannot be negative, found -1");
    }

    @Test
    void namesTheFilesItLooksForWhenThereAreNone() throws IOException {
        Path empty = Files.createDirectory(scratch.resolve("empty"));
        assertThatThrownBy(() -> Florence2Tokenizer.load(empty))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer.json, or vocab.json together with merges.txt");
    }

    @Test
    void namesTheFileThatIsNotJson() throws IOException {
        Path broken = Files.createDirectory(scratch.resolve("broken"));
        Files.writeString(broken.resolve("tokenizer.json"), "{\"model\": ");
        assertThatThrownBy(() -> Florence2Tokenizer.load(broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer.json is not valid JSON");
        Files.writeString(broken.resolve("tokenizer.json"), "{\"model\": {\"type\": \"Unigram\", \"vocab\": []}}");
        assertThatThrownBy(() -> Florence2Tokenizer.load(broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected a byte-level BPE model");
        Files.writeString(broken.resolve("tokenizer.json"), "{\"model\": {\"vocab\": {\"a\": -4}}}");
        assertThatThrownBy(() -> Florence2Tokenizer.load(broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("token id -4");
    }

    @Test
    void eightThreadsGetTheIdsThatOneGets() throws Exception {
        JsonNode cases = Fixtures.json("tokenizer.json");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Void>> jobs = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                jobs.add(() -> {
                    for (int round = 0; round < 5; round++) {
                        for (JsonNode test : cases) {
                            assertThat(whole.encode(test.get("text").asText())).isEqualTo(ints(test.get("ids")));
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> job : threads.invokeAll(jobs)) {
                job.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void closesTwiceAndThenRefusesToEncode() throws IOException {
        Florence2Tokenizer tokenizer = Florence2Tokenizer.load(Fixtures.path("tiny-microsoft"));
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a")).hasMessage("the tokenizer is closed");
        assertThat(tokenizer.decode(102)).isEqualTo("a");
    }

    private static void assertMatchesFixture(Florence2Tokenizer tokenizer) {
        JsonNode cases = Fixtures.json("tokenizer.json");
        assertThat(cases.size()).isGreaterThan(100);
        for (JsonNode test : cases) {
            String text = test.get("text").asText();
            int[] ids = ints(test.get("ids"));
            assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids);
            assertThat(tokenizer.decode(ids)).isEqualTo(test.get("decoded").asText());
        }
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            int point = random.nextInt(3) == 0 ? random.nextInt(0x10000) : 32 + random.nextInt(300);
            if (!Character.isSurrogate((char) point) && point != '<') {
                text.appendCodePoint(random.nextInt(20) == 0 ? 0x1f600 + random.nextInt(60) : point);
            }
        }
        return text.toString();
    }

    private static Path writeParts(Path directory) throws IOException {
        JsonNode model = Fixtures.json("tiny-microsoft/tokenizer.json").get("model");
        JSON.writeValue(directory.resolve("vocab.json").toFile(), model.get("vocab"));
        StringBuilder merges = new StringBuilder("#version: 0.2\n");
        for (JsonNode merge : model.get("merges")) {
            merges.append(merge.get(0).asText())
                    .append(' ')
                    .append(merge.get(1).asText())
                    .append('\n');
        }
        Files.writeString(directory.resolve("merges.txt"), merges);
        return directory;
    }

    private static Path writeBaseTable(Path directory) throws IOException {
        ObjectNode json = (ObjectNode) Fixtures.json("tiny-microsoft/tokenizer.json");
        ArrayNode added = (ArrayNode) json.get("added_tokens");
        for (int i = added.size() - 1; i >= 0; i--) {
            if (added.get(i).get("id").asInt() > 50264) {
                added.remove(i);
            }
        }
        assertThat(added).hasSize(5);
        JSON.writeValue(directory.resolve("tokenizer.json").toFile(), json);
        return directory;
    }
}
