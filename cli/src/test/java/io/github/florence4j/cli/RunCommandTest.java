package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.testsupport.Fixtures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run}: what it reads, what it leaves behind, and that it can be continued. */
class RunCommandTest {
    private static final String COFFEE = Cli.fixture("images/coffee.png");

    @TempDir
    private Path folder;

    @Test
    void printsTheKeysInTheDocumentedOrder() {
        JsonNode line = run("--json", "-t", "od", COFFEE).succeeded().json().get(0);

        assertThat(line.fieldNames())
                .toIterable()
                .containsExactly(
                        "image",
                        "page",
                        "task",
                        "prompt",
                        "result",
                        "text",
                        "token_ids",
                        "token_scores",
                        "score",
                        "truncated",
                        "timings_ms");
        assertThat(line.get("image").asText()).isEqualTo(COFFEE);
        assertThat(line.get("page").asInt()).isEqualTo(1);
        assertThat(line.get("task").asText()).isEqualTo("<OD>");
        assertThat(line.get("prompt").asText()).isEqualTo("Locate the objects with category name in the image.");
        assertThat(line.at("/result/<OD>/bboxes").isArray()).isTrue();
        assertThat(line.get("truncated").asBoolean()).isTrue();
        assertThat(line.at("/timings_ms/total").asDouble()).isPositive();
    }

    @Test
    void asksEveryRegionAndEveryPhraseOnItsOwnAndJoinsGroundedPhrases() {
        List<JsonNode> lines = run(
                        "--json",
                        "--profile=transformers",
                        "-t=region-to-category",
                        "--region=norm:0,0,1,1",
                        "--region=<loc_1><loc_2><loc_3><loc_4>",
                        "-t=<DocVQA>",
                        "-t=CAPTION_TO_PHRASE_GROUNDING",
                        "--text=a cup",
                        "--text=a spoon",
                        COFFEE)
                .succeeded()
                .json();

        assertThat(lines)
                .extracting(line -> line.get("prompt").asText())
                .containsExactly(
                        "What is the region <loc_0><loc_0><loc_999><loc_999>?",
                        "What is the region <loc_1><loc_2><loc_3><loc_4>?",
                        "<DocVQA>a cup",
                        "<DocVQA>a spoon",
                        "Locate the phrases in the caption: a cup. a spoon");
        assertThat(lines.get(2).get("result").has("<DocVQA>")).isTrue();
    }

    @Test
    void readsEveryPageOfDocumentsAndDrawsOntoEach() throws IOException {
        Path tiff = twoPages(folder.resolve("scan.tif"));
        Path pdf = twoPagePdf(folder.resolve("report.pdf"));
        Path overlays = folder.resolve("overlays");

        List<JsonNode> lines = run(
                        "--json",
                        "-t=REFERRING_EXPRESSION_SEGMENTATION",
                        "--text=a",
                        "--text=b",
                        "--constrained",
                        "--dpi=36",
                        "--batch-size=4",
                        "--overlay=" + overlays,
                        tiff.toString(),
                        pdf.toString())
                .succeeded()
                .json();

        assertThat(lines).extracting(line -> line.get("page").asInt()).containsExactly(1, 1, 2, 2, 1, 1, 2, 2);
        assertThat(overlays.toFile().list())
                .containsExactlyInAnyOrder(
                        "scan.p1.REFERRING_EXPRESSION_SEGMENTATION-1.png",
                        "scan.p1.REFERRING_EXPRESSION_SEGMENTATION-2.png",
                        "scan.p2.REFERRING_EXPRESSION_SEGMENTATION-1.png",
                        "scan.p2.REFERRING_EXPRESSION_SEGMENTATION-2.png",
                        "report.p1.REFERRING_EXPRESSION_SEGMENTATION-1.png",
                        "report.p1.REFERRING_EXPRESSION_SEGMENTATION-2.png",
                        "report.p2.REFERRING_EXPRESSION_SEGMENTATION-1.png",
                        "report.p2.REFERRING_EXPRESSION_SEGMENTATION-2.png");
        assertThat(ImageIO.read(overlays.resolve("scan.p2.REFERRING_EXPRESSION_SEGMENTATION-1.png")
                        .toFile()))
                .isNotNull();
    }

    @Test
    void continuesAResultsFileThatWasCutOff() throws IOException {
        Path images = Files.createDirectory(folder.resolve("images"));
        Files.copy(Fixtures.path("images/page.png"), images.resolve("a.png"));
        Files.copy(Fixtures.path("images/rocket.jpg"), images.resolve("b.jpg"));
        Path results = folder.resolve("results.jsonl");
        String[] arguments = {
            "-t=CAPTION", "-t=REGION_TO_OCR", "--region=1,2,30,40", "--output=" + results, images.toString()
        };
        assertThat(run(arguments).succeeded().out()).isEmpty();
        List<String> whole = Files.readAllLines(results);
        assertThat(whole).hasSize(4);

        String cut = String.join("\n", whole);
        Files.writeString(results, cut.substring(0, cut.length() - whole.get(3).length() / 2));
        run(arguments).succeeded();

        assertThat(Files.readString(results, StandardCharsets.UTF_8)).endsWith("}\n");
        assertThat(Files.readAllLines(results)).startsWith(whole.get(0), whole.get(1), whole.get(2));
        assertThat(untimed(Files.readAllLines(results))).isEqualTo(untimed(whole));

        List<String> before = Files.readAllLines(results);
        assertThat(run(arguments).succeeded().err()).contains("holds 4 answers already; 4 of");
        assertThat(Files.readAllLines(results)).isEqualTo(before);
    }

    @Test
    void answersTheOtherImagesWhenOneCannotBeRead() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.png"), "not an image");

        Cli.Outcome outcome = run(
                        "--json",
                        "-q",
                        "-t=CAPTION",
                        COFFEE,
                        broken.toString(),
                        "missing.jpg",
                        Cli.fixture("images/page.png"))
                .failedWith(1, broken + ": this is no image");

        List<JsonNode> lines = outcome.json();
        assertThat(outcome.err().lines()).hasSize(2).allMatch(line -> line.startsWith("florence4j: "));
        assertThat(outcome.err()).contains("missing.jpg: there is no such file");
        assertThat(lines).hasSize(4);
        assertThat(lines).filteredOn(line -> line.has("result")).hasSize(2);
        assertThat(lines.get(1).fieldNames()).toIterable().containsExactly("image", "page", "error");
        assertThat(lines.get(1).get("image").asText()).isEqualTo(broken.toString());
    }

    @Test
    void streamsTheTextThatTheJsonHas() {
        String words = run("--json", "--num-beams=1", "--prompt=What is it?", COFFEE)
                .succeeded()
                .json()
                .get(0)
                .at("/result/What is it?")
                .asText();

        String streamed = run("--stream", "--num-beams=1", "--prompt=What is it?", COFFEE)
                .succeeded()
                .out();

        assertThat(streamed.lines().findFirst()).hasValue(words);
    }

    @Test
    void refusesToAppendToAFileOfSomethingElse() throws IOException {
        Path notes = Files.writeString(folder.resolve("notes.txt"), "my notes\n");

        run("-t=CAPTION", "--output=" + notes, COFFEE).failedWith(1, "line 1, is not an answer");

        assertThat(notes).hasContent("my notes");
    }

    @Test
    void leavesAFileWithoutANewlineThatIsNotOfItsOwnAsItIs() throws IOException {
        Path notes = Files.writeString(folder.resolve("notes.json"), "{\"my\":\"notes\"}");

        run("-t=CAPTION", "--output=" + notes, COFFEE).failedWith(1, "line 1, is not an answer");

        assertThat(Files.readString(notes)).isEqualTo("{\"my\":\"notes\"}");
    }

    @Test
    void givesAllAnswersWhenTheirOverlaysCannotBeDrawn() throws IOException {
        Path overlays = folder.resolve("overlays");
        for (String task : List.of("OD", "DENSE_REGION_CAPTION")) {
            Files.createDirectories(overlays.resolve("coffee." + task + ".png/in the way"));
        }

        Cli.Outcome outcome = run(
                        "--json",
                        "-q",
                        "-t=OD",
                        "-t=DENSE_REGION_CAPTION",
                        "--batch-size=2",
                        "--overlay=" + overlays,
                        COFFEE,
                        Cli.fixture("images/page.png"))
                .failedWith(1, "coffee.png: the overlay is missing: ");

        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.json()).filteredOn(line -> line.has("result")).hasSize(4);
        assertThat(outcome.json()).filteredOn(line -> line.has("error")).hasSize(1);
        assertThat(overlays.resolve("page.OD.png")).isRegularFile();
        assertThat(overlays.resolve("page.DENSE_REGION_CAPTION.png")).isRegularFile();
    }

    @Test
    void drawsOntoFilesWithLongNames() throws IOException {
        Path overlays = folder.resolve("overlays");
        Path first = longName("\u732b".repeat(78) + "1.png");
        Path second = longName("\u732b".repeat(78) + "2.png");

        run("-q", "-t=OD", "--overlay=" + overlays, first.toString(), second.toString())
                .succeeded();

        assertThat(overlays.toFile().list())
                .containsExactlyInAnyOrder("\u732b".repeat(66) + ".OD.png", "\u732b".repeat(66) + "-2.OD.png");
    }

    @Test
    void answersTheOtherQuestionsWhenOneIsTooLong() {
        Cli.Outcome outcome = run("--json", "-q", "-t=CAPTION", "--prompt=" + "what ".repeat(2000), "-t=OD", COFFEE)
                .failedWith(1, "what what");

        assertThat(outcome.err().lines()).hasSize(1).first().asString().hasSizeLessThan(300);
        assertThat(outcome.json())
                .filteredOn(line -> line.has("result"))
                .extracting(line -> line.get("task").asText())
                .containsExactly("<CAPTION>", "<OD>");
    }

    @Test
    void answersMoreQuestionsThanAreComputedTogetherInTheirOrder() {
        List<String> arguments = new ArrayList<>(List.of("--json", "--num-beams=1"));
        for (int i = 0; i < 10; i++) {
            arguments.add("--prompt=question " + i);
        }
        arguments.add(COFFEE);

        List<JsonNode> lines = run(arguments.toArray(String[]::new)).succeeded().json();

        assertThat(lines)
                .extracting(line -> line.get("prompt").asText())
                .containsExactlyElementsOf(
                        IntStream.range(0, 10).mapToObj(i -> "question " + i).toList());
    }

    private Path longName(String name) throws IOException {
        return Files.copy(Fixtures.path("images/page.png"), folder.resolve(name));
    }

    private static Cli.Outcome run(String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("run", "--max-new-tokens=12", "-m", Cli.fixture("tiny-transformers")));
        all.addAll(Arrays.asList(arguments));
        return Cli.run(all.toArray(String[]::new));
    }

    private static List<JsonNode> untimed(List<String> lines) {
        return lines.stream()
                .map(Cli::json)
                .<JsonNode>map(json -> ((ObjectNode) json).without(List.of("timings_ms", "token_scores", "score")))
                .toList();
    }

    private static Path twoPages(Path file) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int page = 0; page < 2; page++) {
                writer.writeToSequence(
                        new IIOImage(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), null, null), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return file;
    }

    private static Path twoPagePdf(Path file) throws IOException {
        try (PDDocument document = new PDDocument()) {
            document.addPage(new PDPage(PDRectangle.A6));
            document.addPage(new PDPage(PDRectangle.A6));
            document.save(file.toFile());
        }
        return file;
    }
}
