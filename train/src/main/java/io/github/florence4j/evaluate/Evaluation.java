package io.github.florence4j.evaluate;

import io.github.florence4j.Answer;
import io.github.florence4j.InferenceException;
import io.github.florence4j.data.AnswerChoice;
import io.github.florence4j.data.Batch;
import io.github.florence4j.data.BatchStream;
import io.github.florence4j.data.EncodingOptions;
import io.github.florence4j.data.Example;
import io.github.florence4j.data.IndexedSource;
import io.github.florence4j.data.InvalidDataException;
import io.github.florence4j.data.LoaderOptions;
import io.github.florence4j.data.RejectedSample;
import io.github.florence4j.data.Sample;
import io.github.florence4j.data.SampleEncoder;
import io.github.florence4j.data.SampleLoader;
import io.github.florence4j.data.SampleSource;
import io.github.florence4j.data.SubsetSource;
import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.image.UnreadableImageException;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.task.ParserKind;
import io.github.florence4j.task.Prompt;
import io.github.florence4j.task.Prompts;
import io.github.florence4j.task.Task;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts the questions of a data set to a model and scores the answers. Images are decoded on other threads meanwhile, a few
 * batches ahead; a bad record or image is reported and counted and ends nothing.
 */
public final class Evaluation {
    private static final int HOPELESS = 32;

    /** Batches that are asked together at least, but no more samples than have their pixels in memory at 768 x 768. */
    private static final int BATCHES_ASKED = 2;

    private static final int MOST_LARGE = 32;

    /** Batches that are asked together at most, where the pixels of so many samples take no more than that. */
    private static final int MOST_BATCHES_ASKED = 8;

    private static final long PIXEL_BYTES = 64L << 20;

    private final Predictor predictor;
    private final SampleSource source;
    private final EvaluationOptions options;
    private final EvaluationListener listener;
    private final ImageDecoder decoder = new ImageDecoder();
    private final List<PromptTemplate> prompts;
    private final List<List<SampleResult>> rows = new ArrayList<>();
    private final List<RejectedSample> rejected = new ArrayList<>();
    private List<Metric> metrics;

    private Evaluation(
            Predictor predictor,
            SampleSource source,
            List<PromptTemplate> prompts,
            EvaluationOptions options,
            EvaluationListener listener) {
        this.predictor = predictor;
        this.source = source;
        this.prompts = prompts;
        this.options = options;
        this.listener = listener;
        this.metrics = options.metrics();
        prompts.forEach(prompt -> rows.add(new ArrayList<>()));
    }

    /**
     * Evaluates a model on data with the data's own prompts.
     *
     * @throws IOException when the data cannot be read
     * @throws IllegalArgumentException when the metrics do not fit the data
     * @throws InvalidDataException when no sample can be used
     */
    public static EvaluationResult run(
            Predictor predictor, SampleSource source, EvaluationOptions options, EvaluationListener listener)
            throws IOException {
        return compare(predictor, source, List.of(PromptTemplate.OF_THE_DATA), options, listener)
                .get(0);
    }

    /**
     * Evaluates a model on data with several prompts in one run, in which an image is looked at once for all of them.
     *
     * @return one result for each prompt, on the same samples
     * @throws IOException when the data cannot be read
     * @throws IllegalArgumentException when a prompt or the metrics do not fit the data
     * @throws InvalidDataException when no sample can be used
     */
    public static List<EvaluationResult> compare(
            Predictor predictor,
            SampleSource source,
            List<PromptTemplate> prompts,
            EvaluationOptions options,
            EvaluationListener listener)
            throws IOException {
        return new Evaluation(predictor, chosen(source, options), List.copyOf(prompts), options, listener).run();
    }

    /** The samples of {@code source} that those options evaluate; by {@link SampleResult#index} it gives them again. */
    public static SampleSource chosen(SampleSource source, EvaluationOptions options) {
        if (options.limit().isEmpty()) {
            return source;
        }
        if (source instanceof IndexedSource indexed) {
            return new SubsetSource(indexed, options.limit().getAsLong(), options.seed());
        }
        throw new IllegalArgumentException(
                source.name() + " does not know its size, so no samples can be drawn from it; evaluate all of it");
    }

    private List<EvaluationResult> run() throws IOException {
        long start = System.nanoTime();
        predictor.begin();
        int asked = askedTogether(options.batchSize(), predictor.images());
        LoaderOptions loading = LoaderOptions.inOrder(asked)
                .withSeed(options.seed())
                .withThreads(options.threads(), asked)
                .withPixelsWanted(predictor::wantsPixels);
        SampleLoader loader = new SampleLoader(
                source,
                new SampleEncoder(predictor.tokenizer(), encoding()),
                new ImageProcessor(predictor.images()),
                loading,
                this::reject);
        try (BatchStream batches = loader.open(0)) {
            for (Optional<Batch> batch = batches.next(); batch.isPresent(); batch = batches.next()) {
                ask(batch.get().examples());
                listener.progress(through(), source.size());
            }
        }
        if (rows.get(0).isEmpty()) {
            throw useless("there is no sample that can be used");
        }
        return results(start);
    }

    /** More samples are asked than are computed together: a finished one makes room for the next, until none is left. */
    static int askedTogether(int batchSize, ImageProcessorConfig images) {
        long bytes = 3L * images.height() * images.width() * Float.BYTES;
        long large = Math.min(BATCHES_ASKED * (long) batchSize, MOST_LARGE);
        long small = Math.min(MOST_BATCHES_ASKED * (long) batchSize, PIXEL_BYTES / bytes);
        return (int) Math.max(batchSize, Math.max(large, small));
    }

    /** All prompts pass here: whether one is too long is decided by the predictor, and answers may be missing. */
    private EncodingOptions encoding() {
        int any = Integer.MAX_VALUE;
        return new EncodingOptions(
                any,
                any,
                EncodingOptions.TooLong.REJECT,
                EncodingOptions.TooLong.REJECT,
                AnswerChoice.FIRST,
                false,
                predictor.profile());
    }

    private void reject(RejectedSample sample) {
        rejected.add(sample);
        listener.rejected(sample);
    }

    private long through() {
        return rows.get(0).size() + rejected.size();
    }

    private List<EvaluationResult> results(long start) {
        List<List<MetricResult>> measured = rows.stream()
                .map(row -> metrics.stream()
                        .map(metric -> MetricResult.of(metric, row, options.bootstrap()))
                        .toList())
                .toList();
        double seconds = (System.nanoTime() - start) / 1e9;
        double rate = (double) rows.get(0).size() * rows.size() / seconds;
        List<EvaluationResult> results = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            results.add(new EvaluationResult(
                    source.name(),
                    prompts.get(row),
                    rows.get(row),
                    rejected,
                    measured.get(row),
                    options.seed(),
                    options.limit(),
                    seconds,
                    rate));
        }
        return results;
    }

    private void ask(List<Example> examples) throws IOException {
        if (examples.isEmpty()) {
            requireSomeUse();
            return;
        }
        if (metrics.isEmpty()) {
            Sample first = examples.get(0).sample();
            metrics = DefaultMetrics.of(
                    first, Prompts.of(first.prompt(), predictor.profile()).task());
        }
        List<Predictor.Question> questions = new ArrayList<>(); // of each example those of all prompts
        for (Example example : examples) {
            try {
                List<Predictor.Question> own = questions(example);
                requireAnswers(own);
                questions.addAll(own);
            } catch (UnreadableImageException | Unfit e) {
                reject(new RejectedSample(example.id(), String.valueOf(e.getMessage())));
            }
        }
        if (questions.isEmpty()) {
            requireSomeUse();
            return;
        }
        if (rows.get(0).isEmpty()) {
            requireMeasure(questions);
        }
        List<SampleResult> results = answered(questions);
        for (int i = 0; i < results.size(); i++) {
            rows.get(i % rows.size()).add(results.get(i));
        }
    }

    private List<Predictor.Question> questions(Example example) throws IOException {
        List<Predictor.Question> questions = new ArrayList<>();
        int width = example.imageWidth();
        int height = example.imageHeight();
        for (PromptTemplate template : prompts) {
            Prompt prompt = Prompts.of(template.on(example.sample()), predictor.profile());
            if (width == 0 && prompt.task().parserKind() != ParserKind.PURE_TEXT) {
                RgbImage image =
                        example.sample().image().decode(decoder); // its features were at hand, its size was not
                width = image.width();
                height = image.height();
            }
            questions.add(new Predictor.Question(example, prompt, Math.max(1, width), Math.max(1, height)));
        }
        return questions;
    }

    /** A sample whose accepted answers a metric cannot use. */
    private static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit(String reason) {
            super(reason);
        }
    }

    private void requireAnswers(List<Predictor.Question> questions) throws Unfit {
        for (Predictor.Question question : questions) {
            for (Metric metric : metrics) {
                Optional<String> lack = MetricSamples.lack(metric, unanswered(question, ""));
                if (lack.isPresent()) {
                    throw new Unfit(lack.get());
                }
            }
        }
    }

    /** Tells early that the metrics do not fit the data: many samples at the beginning, and none that can be used. */
    private void requireSomeUse() throws InvalidDataException {
        if (rows.get(0).isEmpty() && rejected.size() >= HOPELESS) {
            throw useless("none of the first " + rejected.size() + " samples can be used");
        }
    }

    private InvalidDataException useless(String what) {
        return new InvalidDataException(source.name() + ": " + what
                + (rejected.isEmpty()
                        ? ""
                        : ", the first, " + rejected.get(0).id() + ", because "
                                + rejected.get(0).reason()));
    }

    /** Tells before hours are spent that nothing will be measured. */
    private void requireMeasure(List<Predictor.Question> questions) {
        for (int row = 0; row < prompts.size(); row++) {
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = row; i < questions.size(); i += prompts.size()) {
                tasks.add(questions.get(i).prompt().task());
            }
            requireMeasure(tasks.get(0), tasks);
        }
    }

    private void requireMeasure(Task<?> task, List<Task<?>> tasks) {
        if (tasks.stream().noneMatch(any -> metrics.stream().anyMatch(metric -> MetricSamples.fits(metric, any)))) {
            throw new IllegalArgumentException("the prompt " + task.token() + " is answered in "
                    + (task.parserKind() == ParserKind.PURE_TEXT ? "words" : "places") + ", which "
                    + metrics.get(0).name() + " does not measure; name another metric");
        }
    }

    private List<SampleResult> answered(List<Predictor.Question> questions) {
        try {
            List<Answer<?>> answers = predictor.predict(questions);
            List<SampleResult> results = new ArrayList<>();
            for (int i = 0; i < questions.size(); i++) {
                results.add(answered(questions.get(i), answers.get(i)));
            }
            return results;
        } catch (IllegalArgumentException e) {
            if (questions.size() == 1) {
                return List.of(unanswered(questions.get(0), String.valueOf(e.getMessage())));
            }
        } catch (InferenceException e) {
            if (questions.size() == 1) {
                throw e; // no other question would fare better
            }
        }
        int half = questions.size() / 2; // what fails is searched for, so that the others are still asked together
        List<SampleResult> results = new ArrayList<>(answered(questions.subList(0, half)));
        results.addAll(answered(questions.subList(half, questions.size())));
        return results;
    }

    private <R> SampleResult answered(Predictor.Question question, Answer<R> answer) {
        return SampleResult.of(
                question,
                answer.task().wrap(answer.result()),
                answer.confidence(),
                answer.truncated(),
                "",
                predictor.profile());
    }

    private SampleResult unanswered(Predictor.Question question, String error) {
        return SampleResult.of(
                question, Results.nothing(question.prompt().task()), 0, false, error, predictor.profile());
    }
}
