package io.github.florence4j.pretrain;

import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.Sources;
import io.github.florence4j.finetune.FineTune;
import io.github.florence4j.finetune.FineTuneConfig;
import io.github.florence4j.report.TrainingListener;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** Trains a model from nothing: draws it, teaches its vision tower letters, then the whole of it to read, stage by stage. */
public final class Pretrain {
    private Pretrain() {}

    /** What follows the run of stages. */
    public interface Listener {
        /** Something to tell. */
        void note(String sentence);

        /** A listener for the stage that begins, closed when it ends. */
        ClosableListener stage();
    }

    /** A listener with an end. */
    public interface ClosableListener extends TrainingListener, AutoCloseable {
        @Override
        void close();
    }

    /**
     * Runs all stages that are not done, each from its latest checkpoint.
     *
     * @param stop asked after every step
     * @return the folder of the result, or of the stage that was stopped
     */
    public static Outcome run(PretrainFile file, Listener listener, BooleanSupplier stop) throws IOException {
        FineTune.check(file.stages());
        Path model = file.output().resolve("new");
        if (!Files.exists(model.resolve("model.safetensors"))) {
            NewModelFolder.write(file.model(), model);
            listener.note("a new model was drawn in " + model);
        }
        for (WarmUp warmUp : file.warmUps()) {
            Path folder = file.output().resolve(warmUp.name());
            if (WarmUpFolder.isFinished(folder)) {
                listener.note(folder + " is done already");
            } else {
                listener.note("stage " + warmUp.name());
                try (ClosableListener stage = listener.stage()) {
                    if (!GlyphWarmUp.run(warmUp, model, folder, stage, stop)) {
                        return new Outcome(folder, false);
                    }
                }
            }
            model = folder;
        }
        for (FineTuneConfig config : file.stages()) {
            Path folder = Path.of(config.output());
            if (FineTune.isFinished(folder)) {
                listener.note(folder + " is done already");
            } else {
                listener.note("stage " + folder.getFileName() + blind(config, model));
                try (ClosableListener stage = listener.stage()) {
                    if (FineTune.run(config, model, true, stage, stop).end() == FineTune.End.STOPPED) {
                        return new Outcome(folder, false);
                    }
                }
            }
            model = folder;
        }
        return new Outcome(model, true);
    }

    /**
     * How a run ended.
     *
     * @param folder the folder of the result, or of the stage that was stopped
     * @param finished whether all stages are done
     */
    public record Outcome(Path folder, boolean finished) {}

    private static String blind(FineTuneConfig config, Path model) throws IOException {
        try (IndexedSource source = Sources.open("data.train", config.data().train());
                Florence2Tokenizer tokenizer = Florence2Tokenizer.load(model)) {
            return String.format(
                    Locale.ROOT,
                    ": a blind guesser, who knows the answers of others and sees nothing, has a loss of %.3f",
                    BlindGuess.loss(source, tokenizer));
        }
    }
}
