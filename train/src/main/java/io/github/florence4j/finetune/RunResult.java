package io.github.florence4j.finetune;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.report.CurveChart;
import io.github.florence4j.report.ModelCard;
import io.github.florence4j.report.OutputFile;
import io.github.florence4j.report.RunPoint;
import io.github.florence4j.weights.CheckpointWriter;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** What a run leaves in its output folder when it is over. */
final class RunResult {
    /** Says how the run ended; it is written last, when all else is there. */
    static final String OUTCOME = "outcome.json";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LOSS = "loss";
    private static final String CURVES = "curves.png";
    private static final String ADAPTER = "adapter";

    private final TrainingSession session;
    private final CheckpointStore checkpoints;
    private final Path output;

    RunResult(TrainingSession session, CheckpointStore checkpoints) {
        this.session = session;
        this.checkpoints = checkpoints;
        this.output = Path.of(session.config.output());
    }

    /** Writes the best checkpoint, or the last where nothing was validated, as a model; adapters are merged into it. */
    void write(TrainingState state) throws IOException {
        TrainingState.Best best = state.best();
        long step = best == null ? state.step() : best.step();
        if (step != state.step() || session.average != null) {
            session.model.restore(checkpoints.folder(step));
        }
        FineTuneConfig.Saving saving = session.config.saving();
        try (Weights result = session.model.result()) {
            CheckpointWriter.save(
                    result,
                    session.base.config(),
                    saving.saveLayout(),
                    saving.savePrecision().dtype(),
                    output);
        }
        CheckpointWriter.copyProcessorFiles(session.modelFolder, output, session.base.config(), saving.saveLayout());
        if (session.model instanceof TrainedAdapters adapters) {
            adapters.export(output.resolve(ADAPTER));
        }
    }

    /** Draws the curves of a run and writes its model card. */
    void describe(TrainingState state, List<RunPoint> history, RunCard card) throws IOException {
        TrainingState.Best best = state.best();
        String metric = best == null || best.metric().equals(LOSS) ? null : best.metric();
        OptionalLong bestStep = best == null ? OptionalLong.empty() : OptionalLong.of(best.step());
        String title = output.toAbsolutePath().normalize().getFileName().toString();
        new CurveChart(title, history, metric, bestStep).writePng(output.resolve(CURVES));
        ModelCard.Facts facts = card.facts(title, state, history, CURVES);
        ModelCard.write(output, facts);
        if (session.model instanceof TrainedAdapters adapters) {
            ModelCard.Form form = adapters.exportLayout() == KeyLayout.MICROSOFT
                    ? ModelCard.Form.MICROSOFT_ADAPTER
                    : ModelCard.Form.ADAPTER;
            ModelCard.write(output.resolve(ADAPTER), facts.ofAdapters(ADAPTER, form));
        }
    }

    /** Says that all is written. */
    void close(FineTune.End end, TrainingState state) throws IOException {
        ObjectNode outcome = JSON.createObjectNode()
                .put("end", end.name().toLowerCase(Locale.ROOT))
                .put("steps", state.step())
                .put("examples", state.examples())
                .put("label_tokens", state.labelTokens())
                .put("seconds", state.seconds());
        TrainingState.Best best = state.best();
        if (best != null) {
            outcome.putObject("best")
                    .put("step", best.step())
                    .put("metric", best.metric())
                    .put("value", best.value())
                    .put("loss", best.loss());
        }
        OutputFile.write(
                output.resolve(OUTCOME), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(outcome));
    }
}
