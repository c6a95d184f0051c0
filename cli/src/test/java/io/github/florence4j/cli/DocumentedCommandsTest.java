package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The commands that the pages tell people to type are commands. */
class DocumentedCommandsTest {
    private static final Path ROOT = Path.of(System.getProperty("florence4j.root"));
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("(?:[^\\s'\"]|'[^']*'|\"[^\"]*\")+");

    /**
     * A command of a page.
     *
     * @param page the file
     * @param words what is typed, without the name of the program
     */
    private record Typed(Path page, List<String> words) {}

    @Test
    void areUnderstood() throws IOException {
        int commands = 0;
        for (Path page : pages()) {
            commands += understood(page);
        }
        assertThat(commands).isGreaterThan(20);
    }

    /** Asserts that the commands of a page are commands, and gives their number. */
    static int understood(Path page) throws IOException {
        List<Typed> commands = commands(page);
        for (Typed typed : commands) {
            CommandLine commandLine = Main.commandLine();
            assertThatCode(() -> commandLine.parseArgs(typed.words().toArray(String[]::new)))
                    .as("%s: florence4j %s", typed.page(), String.join(" ", typed.words()))
                    .doesNotThrowAnyException();
        }
        return commands.size();
    }

    private static List<Typed> commands(Path page) throws IOException {
        List<Typed> commands = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(page));
        while (block.find()) {
            for (String line : block.group(1).replace("\\\n", " ").split("\n")) {
                String command = line.replaceFirst("\\s+#.*", "").strip();
                if (command.matches("(\\./)?florence4j\\s.*")) {
                    commands.add(new Typed(page, words(command)));
                }
            }
        }
        return commands;
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs.filter(page -> page.toString()
                            .endsWith(".md")))
                    .sorted()
                    .toList();
        }
    }

    /** The words of a command line, without their quotes. */
    private static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            words.add(word.group().replaceAll("['\"]", ""));
        }
        return words.subList(1, words.size());
    }
}
