package io.github.florence4j.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code florence4j} command line. Exit codes: 0 done, 1 something failed, 2 the command line is wrong. */
@Command(
        name = "florence4j",
        description = "Runs Florence-2 on images: captions, boxes, outlines, text.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class,
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            FineTuneCommand.class,
            PretrainCommand.class,
            EvaluateCommand.class,
            BenchCommand.class,
            TasksCommand.class,
            InspectCommand.class,
            PullCommand.class,
            TokenizeCommand.class,
            ParseCommand.class,
            MergeCommand.class,
            PackCommand.class,
            SynthCommand.class,
            DataCommand.class,
            VersionCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  florence4j run --model microsoft/Florence-2-base-ft --task OD car.jpg",
            "  florence4j run --model ./checkpoint --task CAPTION --output results.jsonl photos/",
            "  florence4j tasks"
        })
public final class Main implements Runnable {
    private static final Logger ROOT_LOGGER = Logger.getLogger("");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before run()
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the versions and exit.")
    private boolean version;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Log what happens, and show stack traces of failures.")
    private boolean verbose;

    private Main() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        configureLogging(Arrays.asList(args).contains("--verbose"));
        System.exit(execute(writer(FileDescriptor.out), writer(FileDescriptor.err), args));
    }

    /**
     * Runs a command in this process.
     *
     * @return the exit code
     */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine commandLine = commandLine(main)
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, arguments) -> main.usage(e))
                .setExecutionExceptionHandler((e, command, result) -> main.failure(e, command.getErr()));
        try {
            return commandLine.execute(args);
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
            return main.failure(e, err);
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** The commands, as the reference pages tell them. */
    static CommandLine commandLine() {
        return commandLine(new Main());
    }

    private static CommandLine commandLine(Main main) {
        return new CommandLine(main).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command is given");
    }

    private int usage(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String message = String.valueOf(e.getMessage()).replaceAll("\\.$", "");
        command.getErr()
                .println("florence4j: " + message + " (see '"
                        + command.getCommandSpec().qualifiedName() + " --help')");
        trace(e, command.getErr());
        return CommandLine.ExitCode.USAGE;
    }

    private int failure(Throwable e, PrintWriter err) {
        err.println("florence4j: " + Failures.sentence(e));
        trace(e, err);
        return CommandLine.ExitCode.SOFTWARE;
    }

    private void trace(Throwable e, PrintWriter err) {
        if (verbose) {
            e.printStackTrace(err);
        }
    }

    private static void configureLogging(boolean verbose) {
        if (verbose) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "info");
            System.setProperty("org.slf4j.simpleLogger.log.io.github.florence4j", "debug");
        } else {
            ROOT_LOGGER.setLevel(Level.OFF); // the JDK's own logging, which some decoders and AWT use
        }
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8));
    }
}
