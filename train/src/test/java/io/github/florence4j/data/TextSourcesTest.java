package io.github.florence4j.data;

import static io.github.florence4j.data.TestData.PASS;
import static io.github.florence4j.data.TestData.all;
import static io.github.florence4j.data.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.github.florence4j.result.Box;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSON, JSON lines, COCO and CSV. */
class TextSourcesTest {
    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void readsTheOfficialDocVqaJson() throws IOException {
        Path file = write(
                "val.json",
                """
                {"dataset_name": "docvqa", "data": [
                  {"questionId": 49153, "question": "What?", "question_types": ["handwritten"],
                   "image": "documents/x.png", "docId": 14465, "answers": ["1", "one"]},
                  {"questionId": 2, "question": "Test split?", "image": "documents/y.png"},
                  {"questionId": 3, "question": "No image"}]}
                """);
        List<Entry> entries = all(Sources.open(file.toString()), PASS);
        Sample first = sample(entries.get(0));
        assertThat(first).returns("49153", Sample::id).returns("<DocVQA>What?", Sample::prompt);
        assertThat(first.answers()).containsExactly("1", "one");
        assertThat(first.tags()).containsExactly("handwritten");
        assertThat(first.image().path()).isEqualTo(folder.resolve("documents/x.png"));
        assertThat(sample(entries.get(1)).answers()).isEmpty();
        assertThat(entries.get(2)).isEqualTo(new RejectedSample("3", "the question has no 'image'"));
    }

    @Test
    void readsJsonLinesAndRejectsBadOnesByTheirPlace() throws IOException {
        Path file = write(
                "annotations.jsonl",
                """
                {"image": "a.png", "prefix": "<OD>", "suffix": "9 of clubs<loc_138><loc_100><loc_470><loc_448>"}

                {"image": "b.png", "prefix"
                {"image": "ü.png", "prefix": "<VQA> Größe?", "answers": ["groß", "gross"], "id": "q7"}\r
                {"prefix": "<OCR>", "suffix": "x"}""");
        IndexedSource source = Sources.open(folder.toString());
        assertThat(source.count()).isEqualTo(4);
        List<Entry> entries = source.read(PASS, 2, 3, 0, 1);
        assertThat(sample(entries.get(0)))
                .returns("q7", Sample::id)
                .returns("<VQA> Größe?", Sample::prompt)
                .returns(List.of("groß", "gross"), Sample::answers);
        assertThat(sample(entries.get(0)).image().path()).isEqualTo(folder.resolve("ü.png"));
        assertThat(entries.get(1))
                .isEqualTo(new RejectedSample("annotations.jsonl:5", "the line has no 'image' (found prefix, suffix)"));
        assertThat(sample(entries.get(2)).answers()).containsExactly("9 of clubs<loc_138><loc_100><loc_470><loc_448>");
        assertThat(((RejectedSample) entries.get(3)).reason()).startsWith("the line is not JSON");
        assertThat(entries.get(3).id()).isEqualTo("annotations.jsonl:3");
        assertThat(file).exists();
    }

    private static final String COCO =
            """
            {"images": [{"id": 1, "file_name": "a.jpg", "width": 640, "height": 480},
                        {"id": 2, "file_name": "b.jpg", "width": 100, "height": 100},
                        {"id": 3, "file_name": "c.jpg", "width": 100, "height": 100}],
             "categories": [{"id": 1, "name": "person"}, {"id": 90, "name": "toothbrush"}],
             "annotations": [
               {"id": 5, "image_id": 1, "category_id": 90, "bbox": [320, 240, 320, 240], "iscrowd": 0},
               {"id": 6, "image_id": 1, "category_id": 1, "bbox": [0, 0, 64.5, 48.1], "iscrowd": 0},
               {"id": 7, "image_id": 1, "category_id": 1, "bbox": [0, 0, 600, 400], "iscrowd": 1},
               {"id": 8, "image_id": 1, "category_id": 1, "bbox": [9, 9, 0, 5], "iscrowd": 0},
               {"id": 9, "image_id": 3, "category_id": 4, "bbox": [9, 9, 5, 5], "iscrowd": 0}]}
            """;

    @Test
    void writesCocoBoxesAsLabelsAndLocations() throws IOException {
        Path file = write("instances.json", COCO);
        List<Entry> entries = all(Sources.open("coco:" + file + "?images=" + folder), PASS);
        // floor(pixel / (size / 1000)), and the far corner is clamped to 999; the crowd and the flat box are left out
        assertThat(sample(entries.get(0)))
                .returns("1", Sample::id)
                .returns("<OD>", Sample::prompt)
                .returns(
                        List.of("toothbrush<loc_500><loc_500><loc_999><loc_999>person<loc_0><loc_0><loc_100><loc_100>"),
                        Sample::answers);
        assertThat(sample(entries.get(0)).boxes().boxes())
                .hasSize(4) // the crowd and the flat box are there for COCO's own measure
                .anyMatch(box -> box.crowd() && box.box().equals(new Box(0, 0, 600, 400)))
                .anyMatch(box -> box.box().width() == 0);
        assertThat(entries.subList(1, 3))
                .containsExactly(
                        new RejectedSample("2", "the image has no boxes"),
                        new RejectedSample("3", "annotation 9 has an unknown category_id"));
    }

    @Test
    void ordersBoxesAndKeepsEmptyImagesWhenAsked() throws IOException {
        Path file = write("instances.json", COCO);
        List<Entry> entries = all(Sources.open(file + "?order=reading&empty=keep"), PASS);
        assertThat(sample(entries.get(0)).answers().get(0)).startsWith("person<loc_0>");
        assertThat(sample(entries.get(1)).answers()).containsExactly("");
        Sample largest = sample(
                all(Sources.open("coco:" + file + "?order=largest"), PASS).get(0));
        assertThat(largest.answers().get(0)).startsWith("toothbrush");
    }

    @Test
    void readsCocoCaptionsWithAllOfAnImagesCaptions() throws IOException {
        Path file = write(
                "captions.json",
                """
                {"annotations": [{"id": 1, "image_id": 4, "caption": "A car. "}, {"id": 2, "image_id": 4, "caption": "a red car"}],
                 "images": [{"id": 4, "file_name": "a.jpg"}, {"id": 5, "file_name": "b.jpg"}]}
                """);
        List<Entry> entries = all(Sources.open(file.toString()), PASS);
        assertThat(sample(entries.get(0)).prompt()).isEqualTo("<CAPTION>");
        assertThat(sample(entries.get(0)).answers()).containsExactly("A car.", "a red car");
        assertThat(entries.get(1)).isEqualTo(new RejectedSample("5", "the image has no caption"));
    }

    @Test
    void readsCsvCellsAsText() throws IOException {
        Path file =
                write("qa.csv", "image,question,answer\na.png,\"how, many?\",007\nb.png,,x\nc.png,\"two\nlines\",\n");
        List<Entry> entries = all(Sources.open(file.toString()), PASS);
        assertThat(sample(entries.get(0)))
                .returns("<VQA>how, many?", Sample::prompt)
                .returns(List.of("007"), Sample::answers)
                .returns("qa.csv#1", Sample::id);
        assertThat(entries.get(1)).isEqualTo(new RejectedSample("qa.csv#2", "the row has no question"));
        assertThat(sample(entries.get(2)).prompt()).isEqualTo("<VQA>two\nlines");
        assertThat(sample(entries.get(2)).answers()).isEmpty();
        assertThatThrownBy(() -> Sources.open("csv:" + file + "?question=frage"))
                .hasMessageContaining("no column 'frage'; its columns are image, question, answer");
    }

    @Test
    void rejectsCsvLinesThatAreNoRows() throws IOException {
        Path file = write(
                "qa.csv", "image,question,answer\na.png,q,a\nb.png,x\nc.png,q,a,too,many\n" + "d.png,q,a\n".repeat(20));
        List<Entry> entries = all(Sources.open(file.toString()), PASS);
        assertThat(entries).hasSize(23).filteredOn(Sample.class::isInstance).hasSize(21);
        assertThat(entries.subList(21, 23))
                .containsExactly(
                        new RejectedSample("qa.csv:3", "the line is no row: Expected Number of Columns: 3 Found: 2"),
                        new RejectedSample("qa.csv:4", "the line is no row: Expected Number of Columns: 3 Found: 4"));
    }

    @Test
    void readsMixtureFiles() throws IOException {
        write("a.csv", "image,question,answer\n" + "a.png,q,a\n".repeat(30));
        write("b.csv", "image,question,answer\n" + "b.png,q,b\n".repeat(5));
        Path file = write(
                "mix.yaml",
                "- {source: '%s', weight: 1}\n- source: csv:%s\n  weight: 3\n"
                        .formatted(folder.resolve("a.csv"), folder.resolve("b.csv")));
        assertThat(((MixtureSource) Sources.open(file + "?length=40")).shares()).containsExactly(10, 30);
        assertThat(((MixtureSource) Sources.open(file.toString())).shares()).containsExactly(9, 26);
        assertThat(((MixtureSource) Sources.open("mixture:" + file + "?exhausted=end")).shares())
                .containsExactly(2, 4);
        Path wrong = write("wrong.yaml", "- {source: x.csv, wieght: 1}");
        assertThatThrownBy(() -> Sources.open(wrong.toString())).hasMessageContaining("unknown key 'wieght'");
    }

    @Test
    void opensWhatABiggerConfigurationNames() throws IOException {
        write("a.csv", "image,question,answer\n" + "a.png,q,a\n".repeat(30));
        JsonNode data = new ObjectMapper(new YAMLFactory())
                .readTree(
                        """
                        line: %1$s?prompt=<VQA>{question}
                        mixture: [{source: '%1$s', weight: 1}, {source: '%1$s', weight: 2}]
                        wrong: {source: x}
                        """
                                .formatted(folder.resolve("a.csv")));
        try (IndexedSource line = Sources.open("data.train", data.get("line"))) {
            assertThat(line.count()).isEqualTo(30);
        }
        try (IndexedSource mixture = Sources.open("data.train", data.get("mixture"))) {
            assertThat(mixture.name()).isEqualTo("data.train");
            assertThat(((MixtureSource) mixture).shares()).containsExactly(20, 40);
        }
        assertThatThrownBy(() -> Sources.open("data.train", data.get("wrong")))
                .hasMessage("data.train is no mixture: expected a list of {source, weight}");
    }

    @Test
    void parsesSourceLines() {
        assertThat(SourceSpec.parse("coco:/a/b.json?images=/c d/%26&order=file"))
                .isEqualTo(new SourceSpec("coco", "/a/b.json", Map.of("images", "/c d/&", "order", "file")));
        assertThat(SourceSpec.parse("C:\\data\\x.csv")).isEqualTo(new SourceSpec("", "C:\\data\\x.csv", Map.of()));
        assertThat(SourceSpec.parse("docvqa:/a?prompt=<VQA>{question}+").options())
                .containsEntry("prompt", "<VQA>{question}+");
        assertThatThrownBy(() -> SourceSpec.parse("csv:/a?images")).hasMessageContaining("expected key=value");
        assertThatThrownBy(() -> Sources.open("cvs:/a"))
                .hasMessageContaining("unknown kind of data 'cvs'; expected docvqa,");
        assertThatThrownBy(() -> Sources.open("csv:/a?order=file"))
                .hasMessageContaining("unknown option order for csv; it takes answers,");
        assertThatThrownBy(() -> Sources.open("/nowhere/at/all")).hasMessageContaining("no such file or folder");
    }

    /** Expected values: CPython 3.11's str.capitalize(). */
    @Test
    void capitalizesAsPythonDoes() {
        assertThat(List.of("what is the IBM?", "ÉTAT", "ßa", "ǆEZ", "", "1ST", "ΑΣ"))
                .extracting(TextRules::capitalize)
                .containsExactly("What is the ibm?", "État", "Ssa", "ǅez", "", "1st", "Ας");
    }

    @Test
    void writesSentencesAsTheArticleDoes() {
        TextRules rules = new TextRules("<DocVQA>{question}", true);
        assertThat(rules.prompt("what IS it")).isEqualTo("<DocVQA>What is it?");
        assertThat(rules.prompt("What IS it?")).isEqualTo("<DocVQA>What IS it?");
        assertThat(rules.answers(List.of("the IBM", "0.5", "Done."))).containsExactly("The ibm.", "0.5.", "Done.");
    }
}
