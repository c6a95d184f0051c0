package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as it is shipped, shortened: the small model learns to answer. */
class QuickDemoTest {
    private static final double LEAST_GAIN = 20;

    @TempDir
    private Path folder;

    @Test
    void theSmallModelLearnsToAnswerInTheQuickDemo() {
        Cli.Outcome outcome = Cli.run(
                        "demo",
                        "--quick",
                        "--json",
                        "-o",
                        folder.resolve("demo").toString())
                .succeeded();
        JsonNode json = outcome.json().get(0);
        assertThat(json.get("before").asDouble()).isLessThanOrEqualTo(5);
        assertThat(json.get("after").asDouble() - json.get("before").asDouble()).isGreaterThanOrEqualTo(LEAST_GAIN);
    }
}
