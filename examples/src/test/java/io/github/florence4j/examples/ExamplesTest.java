package io.github.florence4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.testsupport.Fixtures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The examples run on the golden checkpoint, whose random weights give random words. */
class ExamplesTest {
    private static final String MODEL = Fixtures.path("tiny-transformers").toString();
    private static final String PAGE = Fixtures.path("images/page.png").toString();
    private static final String COFFEE = Fixtures.path("images/coffee.png").toString();

    @Test
    void describeImagePrintsACaption() throws Exception {
        assertThat(output(() -> DescribeImage.main(new String[] {MODEL, COFFEE})))
                .startsWith("caption: ");
    }

    @Test
    void askDocumentsAnswersForEveryPage() throws Exception {
        assertThat(output(() -> AskDocuments.main(new String[] {MODEL, "What is the title?", PAGE, COFFEE})))
                .containsPattern("page\\.png: .*confidence 0\\.\\d\\d, cut short")
                .containsPattern("coffee\\.png: .*confidence 0\\.\\d\\d, cut short");
    }

    @Test
    void readPageReadsWithTheModelThatIsNamed() throws Exception {
        assertThat(output(() -> ReadPage.main(new String[] {PAGE, MODEL}))).isNotBlank();
    }

    private interface Program {
        void run() throws Exception;
    }

    private static String output(Program program) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
