package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The POSIX launcher in a folder of its own, with a Java and a Maven that only say what they are asked. */
class LauncherTest {
    /** A Java that writes the archives that it is asked for, and into a file "made" that it did. */
    private static final String ARCHIVING_JAVA =
            """
            case "$*" in
                -version) echo 'openjdk version "17.0.1"' ;;
                *-XX:ArchiveClassesAtExit=*)
                    echo made >>made
                    for flag in "$@"; do case $flag in *AtExit=*) echo classes >"${flag#*=}" ;; esac; done ;;
                *) echo "$@" ;;
            esac""";

    @TempDir
    private Path root;

    @BeforeEach
    void installLauncher() throws IOException {
        Files.copy(Path.of("..", "florence4j"), root.resolve("florence4j"));
        script("jdk/bin/java", "[ \"$1\" = -version ] && echo 'openjdk version \"17.0.1\"' || echo ran");
        script("maven/mvn", "mkdir -p cli/target && : >cli/target/florence4j-cli.jar");
    }

    @Test
    void removesTheLockOfABuildThatWasKilled() throws IOException, InterruptedException {
        Path lock = Files.createDirectories(root.resolve("cli/target/launcher.lock"));
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(Duration.ofMinutes(16))));

        assertThat(launch()).contains("building florence4j").endsWith("ran\n");

        assertThat(lock).doesNotExist();
    }

    @Test
    void failsAtOnceWhenItCannotBuild() throws IOException, InterruptedException {
        Files.createDirectory(root.resolve("cli"));
        Files.createFile(root.resolve("cli/target"));

        assertThat(launch().lines())
                .containsExactly("florence4j: florence4j must be built first, but "
                        + root.toRealPath().resolve("cli/target") + " cannot be written to");
    }

    /** As after a build by Maven itself, such as one with the natives of a GPU, which another build would replace. */
    @Test
    void runsWhatIsBuiltWhereItMustNotBuild() throws IOException, InterruptedException {
        Path jar = root.resolve("cli/target/florence4j-cli.jar");

        assertThat(launchWithoutBuild("tasks").lines())
                .containsExactly("florence4j: nothing is built, and FLORENCE4J_NO_BUILD is 1: expected "
                        + root.toRealPath().resolve("cli/target/florence4j-cli.jar"));

        Files.createFile(Files.createDirectories(jar.getParent()).resolve(jar.getFileName()));
        assertThat(launchWithoutBuild("tasks")).isEqualTo("ran\n");
    }

    /** Such as those of a manager of versions, whose folder is no home of Java. */
    @Test
    void buildsWithTheJavaThatAScriptChooses() throws IOException, InterruptedException {
        script(
                "maven/java",
                """
                case "$*" in
                    -version) echo 'openjdk version "17.0.1"' ;;
                    *-XshowSettings:properties*) echo '    java.home = /opt/chosen' ;;
                    *) echo ran ;;
                esac""");
        script("maven/mvn", "echo \"$JAVA_HOME\" >home; mkdir -p cli/target && : >cli/target/florence4j-cli.jar");

        assertThat(launch(Map.of(), "tasks")).endsWith("ran\n");

        assertThat(root.resolve("home")).hasContent("/opt/chosen");
    }

    /** Java that is no script is asked for its version once. */
    @Test
    void knowsTheVersionOfAJavaThatItAskedBefore() throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java").toRealPath();
        Files.createDirectories(root.resolve("real/bin"));
        Files.createSymbolicLink(root.resolve("real/bin/java"), java);
        launchWith("real", "tasks"); // fails, as the jar is empty
        Path known = root.resolve("cli/target/launcher.java");
        assertThat(known).content().isEqualTo(Runtime.version().feature() + " " + java + "\n");

        Files.writeString(known, "16 " + java + "\n");
        Files.setLastModifiedTime(known, FileTime.from(Instant.now()));
        assertThat(launchWith("real", "run", "a.png")).doesNotContain("expected 17 or newer");
        assertThat(known).content().startsWith("16 ");
    }

    @Test
    void startsWithAnArchiveOfClassesThatItMakesOnce() throws IOException, InterruptedException {
        script("jdk/bin/java", ARCHIVING_JAVA);

        assertThat(launch("run", "a.png"))
                .contains("-XX:SharedArchiveFile=" + root.toRealPath().resolve("cli/target/launcher-17.jsa"));
        assertThat(launch("tasks")).contains("launcher-17.jsa");

        assertThat(root.resolve("made")).hasContent("made");
    }

    @Test
    void keepsWarningsAboutTheArchiveOutOfStandardOutput() throws IOException, InterruptedException {
        script("jdk/bin/java", ARCHIVING_JAVA);

        assertThat(launch("run", "a.png")).contains(".jsa -Xlog:disable -Xlog:all=warning,cds*=off:stderr ");
    }

    @Test
    void dropsTheArchiveWithABuildThatLeavesItsOwnJarAsItIs() throws IOException, InterruptedException {
        script("jdk/bin/java", ARCHIVING_JAVA);
        script("maven/mvn", "jar=cli/target/florence4j-cli.jar; [ -f $jar ] || : >$jar");
        launch("run", "a.png");
        Files.createFile(root.resolve("pom.xml"));

        assertThat(launch("tasks")).contains("building florence4j").doesNotContain("SharedArchiveFile");
        assertThat(root.resolve("cli/target/launcher-17.jsa")).doesNotExist();
        assertThat(launch("run", "a.png")).contains("launcher-17.jsa");

        assertThat(root.resolve("made")).hasContent("made\nmade");
    }

    @Test
    void dropsTheArchiveWhenAJarBesideItsOwnIsNewer() throws IOException, InterruptedException {
        script("jdk/bin/java", ARCHIVING_JAVA);
        launch("run", "a.png");
        Files.createDirectories(root.resolve("cli/target/lib"));
        Files.createFile(root.resolve("cli/target/lib/module.jar"));

        assertThat(launch("tasks")).doesNotContain("SharedArchiveFile");
    }

    @Test
    void makesTheArchiveAnewForAnotherJavaOfTheSameNumber() throws IOException, InterruptedException {
        script("jdk/bin/java", ARCHIVING_JAVA);
        script("other/bin/java", ARCHIVING_JAVA); // as old as the first, so that only its place tells it
        launch("run", "a.png");

        assertThat(launchWith("other", "tasks")).doesNotContain("SharedArchiveFile");
        assertThat(launchWith("other", "run", "a.png")).contains("launcher-17.jsa");
        assertThat(launchWith("other", "run", "a.png")).contains("launcher-17.jsa");

        assertThat(root.resolve("made")).hasContent("made\nmade");
    }

    @Test
    void leavesNothingOfAnArchiveThatIsInterrupted() throws IOException, InterruptedException {
        script(
                "jdk/bin/java",
                """
                case "$*" in
                    -version) echo 'openjdk version "17.0.1"' ;;
                    *-XX:ArchiveClassesAtExit=*)
                        for flag in "$@"; do case $flag in *AtExit=*) echo half >"${flag#*=}" ;; esac; done
                        kill -TERM $PPID ;;
                    *) echo "$@" ;;
                esac""");

        assertThat(launch("run", "a.png").lines())
                .containsExactly("building florence4j (first use or changed sources)...");

        try (Stream<Path> files = Files.list(root.resolve("cli/target"))) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.contains(".jsa"));
        }
    }

    @Test
    void startsWithoutAnArchiveWhereNoneCanBeMadeAndTriesNoSecondTime() throws IOException, InterruptedException {
        script(
                "jdk/bin/java",
                """
                case "$*" in
                    -version) echo 'openjdk version "17.0.1"' ;;
                    *-XX:ArchiveClassesAtExit=*) echo tried >>made && exit 1 ;;
                    *-Xshare:on*) exit 1 ;;
                    *) echo "$@" ;;
                esac""");

        assertThat(launch("run", "a.png")).doesNotContain("SharedArchiveFile");
        assertThat(launch("run", "a.png")).doesNotContain("SharedArchiveFile").endsWith(" run a.png\n");

        assertThat(root.resolve("made")).hasContent("tried");
    }

    private String launch() throws IOException, InterruptedException {
        return launch("tasks");
    }

    private String launch(String... arguments) throws IOException, InterruptedException {
        return launchWith("jdk", arguments);
    }

    private String launchWith(String jdk, String... arguments) throws IOException, InterruptedException {
        return launch(Map.of("JAVA_HOME", root.resolve(jdk).toString()), arguments);
    }

    private String launchWithoutBuild(String... arguments) throws IOException, InterruptedException {
        return launch(Map.of("JAVA_HOME", root.resolve("jdk").toString(), "FLORENCE4J_NO_BUILD", "1"), arguments);
    }

    private String launch(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path output = root.resolve("output");
        List<String> command =
                new ArrayList<>(List.of("sh", root.resolve("florence4j").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FLORENCE4J_") || name.equals("JAVA_HOME"));
        builder.environment().putAll(environment);
        builder.environment().merge("PATH", root.resolve("maven").toString(), (path, maven) -> maven + ":" + path);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private void script(String name, String body) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
