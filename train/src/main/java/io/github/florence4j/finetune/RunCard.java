package io.github.florence4j.finetune;

import io.github.florence4j.data.Entry;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.Pass;
import io.github.florence4j.data.Sample;
import io.github.florence4j.finetune.FineTuneConfig.Optimizer;
import io.github.florence4j.finetune.FineTuneConfig.Training;
import io.github.florence4j.metrics.Estimate;
import io.github.florence4j.report.MachineFacts;
import io.github.florence4j.report.ModelCard;
import io.github.florence4j.report.ModelCard.Fact;
import io.github.florence4j.report.RunPoint;
import io.github.florence4j.report.TrainingPoint;
import io.github.florence4j.report.ValidationPoint;
import io.github.florence4j.weights.KeyLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What the model card of a run says. */
final class RunCard {
    private static final long LOOKED_AT = 20;

    private final TrainingSession session;
    private final FineTuneConfig config;
    private final RunPlan plan;
    private final Rejections rejections;
    private final long rejectedInValidation;

    RunCard(TrainingSession session, RunPlan plan, Rejections rejections, long rejectedInValidation) {
        this.session = session;
        this.config = session.config;
        this.plan = plan;
        this.rejections = rejections;
        this.rejectedInValidation = rejectedInValidation;
    }

    ModelCard.Facts facts(String name, TrainingState state, List<RunPoint> history, String picture) throws IOException {
        String prompt = examplePrompt(session.train);
        long trained = session.model.parameters().values().stream()
                .mapToLong(Tensor::numel)
                .sum();
        Set<String> base = session.base.weights().names();
        long frozen = session.base.weights().parameterCount("")
                - session.model.parameters().entrySet().stream()
                        .filter(entry -> base.contains(entry.getKey()))
                        .mapToLong(entry -> entry.getValue().numel())
                        .sum();
        return new ModelCard.Facts(
                name,
                config.model(),
                config.saving().saveLayout() == KeyLayout.MICROSOFT
                        ? ModelCard.Form.MICROSOFT
                        : ModelCard.Form.TRANSFORMERS,
                prompt,
                session.base.config().text().maxPositionEmbeddings(),
                List.of(),
                data(prompt),
                trained,
                frozen,
                settings(),
                scores(state, history),
                outcome(state, history),
                MachineFacts.rows(),
                picture);
    }

    /** The prompt of one of the first records. */
    private String examplePrompt(IndexedSource source) throws IOException {
        long[] first = LongStream.range(0, Math.min(LOOKED_AT, source.count())).toArray();
        for (Entry entry : source.read(new Pass(config.training().seed(), 0), first)) {
            if (entry instanceof Sample sample) {
                return sample.prompt();
            }
        }
        return "<CAPTION>";
    }

    private List<ModelCard.DataFacts> data(String prompt) throws IOException {
        List<ModelCard.DataFacts> data = new ArrayList<>();
        data.add(new ModelCard.DataFacts(
                "training",
                ConfigFile.text(config.data().train()),
                prompt,
                session.train.count(),
                rejections.reasons().size()));
        IndexedSource validation = session.validation;
        if (validation != null) {
            data.add(new ModelCard.DataFacts(
                    "validation",
                    ConfigFile.text(config.data().validation()),
                    examplePrompt(validation),
                    validation.count(),
                    rejectedInValidation));
        }
        return data;
    }

    private List<Fact> settings() {
        Training training = config.training();
        Optimizer optimizer = config.optimizer();
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("epochs", Integer.toString(training.epochs())));
        facts.add(new Fact("batch", plan.accumulation() + " x " + plan.batchSize() + " examples a step"));
        facts.add(new Fact(
                "learning rate",
                optimizer.lr() + ", " + lower(optimizer.schedule()) + ", " + optimizer.warmupSteps()
                        + " steps of warm-up"));
        facts.add(new Fact(
                "optimizer",
                "AdamW, betas " + optimizer.beta1() + " and " + optimizer.beta2()
                        + ", weight decay " + optimizer.weightDecay()
                        + (optimizer.noDecayGroups() ? ", none on norms and biases" : "")));
        facts.add(new Fact(
                "gradient norm limit",
                optimizer.maxGradNorm() == 0 ? "none" : Double.toString(optimizer.maxGradNorm())));
        facts.add(new Fact("precision", lower(training.precision())));
        facts.add(new Fact(
                "frozen parts",
                config.lora().isOn()
                        ? "all but the adapters"
                                + (config.lora().loraFull().isEmpty()
                                        ? ""
                                        : " and " + words(config.lora().loraFull()))
                        : words(training.freeze())));
        if (config.lora().isOn()) {
            FineTuneConfig.Lora lora = config.lora();
            facts.add(new Fact(
                    "LoRA",
                    "rank " + lora.loraRank() + ", alpha " + lora.options().alpha()
                            + (lora.loraRslora() ? ", rank-stabilized" : "") + ", dropout " + lora.loraDropout()
                            + ", on "
                            + String.join(", ", lora.loraTargets())));
        }
        if (training.ema() > 0) {
            facts.add(new Fact("average of weights", "decay " + training.ema()));
        }
        facts.add(new Fact("answers trained", lower(config.data().answers())));
        facts.add(new Fact("order", config.data().shuffle() ? "shuffled" : "as in the data"));
        facts.add(new Fact("seed", Long.toString(training.seed())));
        return facts;
    }

    private static String words(List<? extends Enum<?>> values) {
        return values.isEmpty()
                ? "none"
                : String.join(", ", values.stream().map(RunCard::lower).toList());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static List<ModelCard.ScoreFacts> scores(TrainingState state, List<RunPoint> history) {
        Optional<ValidationPoint> before = validation(history, 0);
        TrainingState.Best best = state.best();
        Optional<ValidationPoint> after = best == null ? Optional.empty() : validation(history, best.step());
        List<ModelCard.ScoreFacts> scores = new ArrayList<>();
        after.ifPresent(point -> point.metrics()
                .forEach((metric, estimate) -> scores.add(new ModelCard.ScoreFacts(
                        metric, before.map(first -> metric(first, metric)).orElse(null), estimate))));
        return scores;
    }

    private static @Nullable Estimate metric(ValidationPoint point, String metric) {
        return point.metrics().get(metric);
    }

    private static Optional<ValidationPoint> validation(List<RunPoint> history, long step) {
        return history.stream()
                .filter(point -> point instanceof ValidationPoint && point.step() == step)
                .map(ValidationPoint.class::cast)
                .reduce((first, second) -> second);
    }

    private List<Fact> outcome(TrainingState state, List<RunPoint> history) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("steps", state.step() + " of " + plan.totalSteps()));
        facts.add(new Fact("examples", String.format(Locale.ROOT, "%,d", state.examples())));
        facts.add(new Fact("label tokens", String.format(Locale.ROOT, "%,d", state.labelTokens())));
        facts.add(new Fact("time in steps", String.format(Locale.ROOT, "%.0f s", state.seconds())));
        history.stream()
                .filter(TrainingPoint.class::isInstance)
                .map(TrainingPoint.class::cast)
                .reduce((first, second) -> second)
                .ifPresent(last ->
                        facts.add(new Fact("last training loss", String.format(Locale.ROOT, "%.4f", last.loss()))));
        validation(history, 0).ifPresent(first -> facts.add(loss("validation loss before", first)));
        TrainingState.Best best = state.best();
        if (best != null) {
            facts.add(new Fact("best step", best.step() + ", by " + best.metric()));
            validation(history, best.step())
                    .ifPresent(point -> facts.add(loss("validation loss at the best step", point)));
        }
        return facts;
    }

    private static Fact loss(String name, ValidationPoint point) {
        return new Fact(name, String.format(Locale.ROOT, "%.4f on %,d samples", point.loss(), point.samples()));
    }
}
