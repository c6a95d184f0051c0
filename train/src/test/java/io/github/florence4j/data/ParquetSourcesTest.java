package io.github.florence4j.data;

import static io.github.florence4j.data.TestData.PASS;
import static io.github.florence4j.data.TestData.all;
import static io.github.florence4j.data.TestData.image;
import static io.github.florence4j.data.TestData.parquet;
import static io.github.florence4j.data.TestData.png;
import static io.github.florence4j.data.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables with the columns of Hugging Face's DocumentVQA, The Cauldron and Docmatix, written here with DuckDB. */
class ParquetSourcesTest {
    @TempDir
    Path folder;

    private static String row(int i, String answers) {
        return "SELECT '" + i + "' AS questionId, 'question " + i
                + "?' AS question, ['layout', 'form'] AS question_types, " + image(i) + " AS image, " + i
                + "::BIGINT AS docId, " + answers + " AS answers";
    }

    @Test
    void readsDocumentVqaAcrossFilesInAnyOrder() throws IOException {
        parquet(folder.resolve("train-00000-of-00002.parquet"), row(0, "['a', 'b']") + " UNION ALL " + row(1, "['c']"));
        parquet(folder.resolve("train-00001-of-00002.parquet"), row(2, "['d']"));
        try (IndexedSource source = Sources.open("docvqa:" + folder.resolve("train*.parquet"))) {
            assertThat(source.count()).isEqualTo(3);
            List<Entry> entries = source.read(PASS, 2, 0, 2);
            assertThat(entries).extracting(Entry::id).containsExactly("2", "0", "2");
            Sample first = sample(entries.get(1));
            assertThat(first.prompt()).isEqualTo("<DocVQA>question 0?");
            assertThat(first.answers()).containsExactly("a", "b");
            assertThat(first.tags()).containsExactly("layout", "form");
            assertThat(first.image().bytes()).isEqualTo(png(0));
            assertThat(first.image().sha256()).isEqualTo(ImageRef.sha256(png(0)));
        }
    }

    @Test
    void keepsRowsOfTestSplitsWhoseAnswersAreNull() throws IOException {
        Path file = parquet(
                folder.resolve("test.parquet"), row(0, "NULL::VARCHAR[]") + " UNION ALL " + row(1, "[]::VARCHAR[]"));
        try (IndexedSource source = Sources.open(file.toString())) {
            assertThat(all(source, PASS))
                    .allSatisfy(e -> assertThat(sample(e).answers()).isEmpty());
        }
    }

    @Test
    void mapsColumnNamesAndTakesPathsFromTheRoot() throws IOException {
        Files.createDirectory(folder.resolve("pics"));
        Files.write(folder.resolve("pics/a.png"), png(5));
        Path file = parquet(
                folder.resolve("t.parquet"),
                "SELECT 17 AS qid, 'pics/a.png' AS img, 'how many' AS q, 3 AS label"
                        + " UNION ALL SELECT 18, NULL, 'no picture', 4 UNION ALL SELECT 19, 'pics/a.png', NULL, 4");
        String spec = "docvqa:" + file + "?id=qid&image=img&question=q&answers=label&root=" + folder
                + "&prompt=<VQA>{question}&sentences=true";
        try (IndexedSource source = Sources.open(spec)) {
            List<Entry> entries = all(source, PASS);
            Sample first = sample(entries.get(0));
            assertThat(first).returns("17", Sample::id).returns("<VQA>How many?", Sample::prompt);
            assertThat(first.answers()).containsExactly("3.");
            assertThat(first.image().bytes()).isEqualTo(png(5));
            assertThat(entries.subList(1, 3))
                    .containsExactly(
                            new RejectedSample("18", "the row has no image, neither bytes nor path"),
                            new RejectedSample("19", "the row has no question"));
        }
    }

    @Test
    void saysWhichColumnsThereAreWhenOneIsMissing() {
        Path file = parquet(folder.resolve("x.parquet"), "SELECT 1 AS a, 'b' AS query");
        assertThatThrownBy(() -> Sources.open("docvqa:" + file))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("no column 'image'; its columns are a INTEGER, query VARCHAR")
                .hasMessageContaining("?image=COLUMN");
        Path whole = parquet(folder.resolve("whole.parquet"), row(0, "['a']"));
        assertThatThrownBy(() -> Sources.open("docvqa:" + whole + "?answers=anwsers"))
                .hasMessageContaining("no column 'anwsers'")
                .hasMessageContaining("?answers=COLUMN");
        assertThatThrownBy(() -> Sources.open(file.toString()))
                .hasMessageContaining("say KIND:PATH with one of docvqa,");
    }

    @Test
    void refusesAFolderOfSeveralSplitsAndAFileThatIsNoParquet() throws IOException {
        parquet(folder.resolve("train-00000-of-00001.parquet"), row(0, "['a']"));
        parquet(folder.resolve("test-00000-of-00001.parquet"), row(1, "['a']"));
        assertThatThrownBy(() -> Sources.open("docvqa:" + folder))
                .hasMessageContaining("several splits (test, train)")
                .hasMessageContaining("name one, for example " + folder.resolve("test-*.parquet"));
        Path two = Files.createDirectory(folder.resolve("two"));
        parquet(two.resolve("train.parquet"), row(0, "['a']"));
        parquet(two.resolve("test.parquet"), row(1, "['a']"));
        assertThatThrownBy(() -> Sources.open("docvqa:" + two)).hasMessageContaining("several splits (test, train)");
        Path more = Files.createDirectory(folder.resolve("more"));
        parquet(more.resolve("Train.parquet"), row(0, "['a']"));
        parquet(more.resolve("more.parquet"), row(1, "['a']"));
        assertThat(Sources.open("docvqa:" + more).count()).isEqualTo(2);
        parquet(more.resolve("valid.parquet"), row(1, "['a']"));
        Files.delete(more.resolve("Train.parquet"));
        assertThatThrownBy(() -> Sources.open("docvqa:" + more))
                .hasMessageContaining(
                        "holds the split valid and other files, such as more.parquet; name one, for example "
                                + more.resolve("valid.parquet"));
        Path text = Files.writeString(folder.resolve("text.parquet"), "nothing of the kind");
        assertThatThrownBy(() -> Sources.open("docvqa:" + text))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("text.parquet cannot be read");
    }

    @Test
    void neverGoesToTheNetwork() {
        assertThatThrownBy(() -> ParquetTable.open(List.of(Path.of("s3://bucket/x.parquet"))))
                .isInstanceOf(InvalidDataException.class);
        try (DuckDb db = DuckDb.open()) {
            assertThatThrownBy(() -> db.query("x", "SELECT * FROM read_parquet('https://localhost:1/x.parquet')"))
                    .hasMessageContaining("requires the extension httpfs to be loaded");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String conversation(int i, int turns) {
        StringBuilder texts = new StringBuilder();
        for (int turn = 0; turn < turns; turn++) {
            texts.append(turn == 0 ? "" : ", ")
                    .append("{'user': 'q" + i + "." + turn + "', 'assistant': 'a" + i + "." + turn
                            + "', 'source': 's'}");
        }
        return "SELECT [" + image(i) + "] AS images, [" + texts + "] AS texts";
    }

    @Test
    void drawsOneQuestionAnImageFromSeedAndEpoch() throws IOException {
        Path file = parquet(folder.resolve("c.parquet"), conversation(0, 5) + " UNION ALL " + conversation(1, 1));
        try (IndexedSource source = Sources.open("docmatix:" + file)) {
            assertThat(source.count()).isEqualTo(2);
            Set<String> seen = new HashSet<>();
            for (int epoch = 0; epoch < 60; epoch++) {
                Pass pass = new Pass(1, epoch);
                Sample drawn = sample(source.read(pass, 0).get(0));
                assertThat(source.read(pass, 1, 0).get(1)).extracting(Entry::id).isEqualTo(drawn.id());
                assertThat(drawn.answers()).containsExactly(drawn.prompt().replace("<DocVQA>q", "a"));
                seen.add(drawn.prompt());
            }
            assertThat(seen).hasSize(5);
        }
    }

    @Test
    void readsAllQuestionsWhenAsked() throws IOException {
        String none = conversation(9, 1) + " WHERE false";
        String empty = "SELECT [" + image(3)
                + "] AS images, []::STRUCT(\"user\" VARCHAR, assistant VARCHAR, source VARCHAR)[] AS texts";
        Path file = parquet(
                folder.resolve("c.parquet"),
                none + " UNION ALL " + conversation(0, 2) + " UNION ALL " + empty + " UNION ALL " + conversation(1, 3));
        try (IndexedSource source = Sources.open("cauldron:" + file + "?questions=all&prompt={question}")) {
            assertThat(all(source, PASS))
                    .extracting(entry -> sample(entry).prompt())
                    .containsExactly("q0.0", "q0.1", "q1.0", "q1.1", "q1.2");
        }
    }

    @Test
    void rejectsSeveralImagesOrTakesTheFirst() throws IOException {
        String two = "SELECT [" + image(0) + ", " + image(1)
                + "] AS images, [{'user': 'q', 'assistant': 'a', 'source': 's'}] AS texts";
        Path file = parquet(folder.resolve("c.parquet"), two);
        try (IndexedSource rejecting = Sources.open("docmatix:" + file);
                IndexedSource first = Sources.open("docmatix:" + file + "?several=first")) {
            assertThat(all(rejecting, PASS).get(0))
                    .isEqualTo(new RejectedSample(
                            "c.parquet#0.0", "the row has 2 images, and which one is asked about is not said"));
            assertThat(sample(all(first, PASS).get(0)).image().bytes()).isEqualTo(png(0));
        }
    }

    @Test
    void mixesTheConfigsOfTheCauldronByTheirAnswerTokens() throws IOException {
        for (String config : List.of("docvqa", "vqav2", "nlvr2")) {
            Files.createDirectory(folder.resolve(config));
            parquet(
                    folder.resolve(config + "/train-00000-of-00001.parquet"),
                    conversation(0, 1) + " UNION ALL " + conversation(1, 2));
        }
        try (IndexedSource source = Sources.open(folder + "?length=10000")) {
            // 3.46 % of 337,829 tokens in 39,463 answers against 5.72 % of 1,595,929 in 443,757
            double docvqa = 3.46 / (337829.0 / 39463);
            double vqav2 = 5.72 / (1595929.0 / 443757);
            assertThat(((MixtureSource) source).parts())
                    .extracting(part -> part.source().name())
                    .containsExactly("vqav2", "docvqa");
            assertThat(((MixtureSource) source).shares()[1]).isEqualTo(Math.round(10000 * docvqa / (docvqa + vqav2)));
        }
        assertThat(CauldronConfig.USABLE).hasSize(45);
        assertThatThrownBy(() -> Sources.open("cauldron:" + folder + "?configs=docvqa,nope"))
                .hasMessageContaining("called [nope]");
    }
}
