package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The reference pages say what the code says. To make them again:
 *
 * <pre>{@code
 * mvn -q -pl cli -am test -Dtest=ReferencePagesTest -Dsurefire.failIfNoSpecifiedTests=false -Dflorence4j.write-reference=true
 * }</pre>
 */
class ReferencePagesTest {
    private static final Path FOLDER = Path.of(System.getProperty("florence4j.root"), "docs", "reference");

    @Test
    void theCommittedPagesAreThoseThatTheCodeMakes() throws IOException {
        boolean write = Boolean.getBoolean("florence4j.write-reference");
        for (Map.Entry<String, String> page : ReferencePages.all().entrySet()) {
            Path file = FOLDER.resolve(page.getKey());
            if (write) {
                Files.createDirectories(FOLDER);
                Files.writeString(file, page.getValue());
            }
            assertThat(file)
                    .content()
                    .as("%s, to be made again as this test says", file)
                    .isEqualTo(page.getValue());
        }
    }

    @Test
    void namesEveryCommandAndKey() {
        String commands = ReferencePages.all().get("commands.md");
        assertThat(commands).contains("## florence4j data check", "--feature-cache", "## florence4j demo");
        assertThat(ReferencePages.all().get("configuration.md"))
                .contains("| `max-steps` |", "`coco`", "| `lr` | `RATE` | `1.0E-6` |");
    }
}
