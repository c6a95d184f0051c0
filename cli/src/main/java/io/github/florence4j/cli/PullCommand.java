package io.github.florence4j.cli;

import io.github.florence4j.hub.HubClient;
import io.github.florence4j.hub.HubId;
import io.github.florence4j.hub.HubSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code florence4j pull}: a model from the hub. */
@Command(
        name = "pull",
        description = "Downloads a model to the Hugging Face cache and prints its folder.",
        footer = {
            "",
            "Environment: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE.",
            "",
            "Examples:",
            "  florence4j pull microsoft/Florence-2-base-ft",
            "  florence4j pull florence-community/Florence-2-large@main"
        })
final class PullCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "owner/name or owner/name@revision.")
    private String id = "";

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        HubId model = parse();
        Reporter reporter = new Reporter(spec.commandLine().getErr(), quiet);
        try (DownloadBars bars = new DownloadBars(reporter)) {
            Path snapshot = new HubClient(HubSettings.fromEnvironment()).pull(model, bars);
            bars.close();
            spec.commandLine().getOut().println(snapshot);
        }
        return 0;
    }

    private HubId parse() {
        try {
            return HubId.parse(id);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
