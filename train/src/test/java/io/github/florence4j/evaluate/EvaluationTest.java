package io.github.florence4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.Answer;
import io.github.florence4j.RunOptions;
import io.github.florence4j.data.Example;
import io.github.florence4j.data.ListSource;
import io.github.florence4j.data.RejectedSample;
import io.github.florence4j.data.Sample;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.task.Profile;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.Tensors;
import io.github.florence4j.train.CachedFeatures;
import io.github.florence4j.train.FeatureCache;
import io.github.florence4j.train.FeatureKey;
import io.github.florence4j.train.ImageInput;
import io.github.florence4j.train.TrainingNetwork;
import io.github.florence4j.train.TrainingWeights;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Evaluation} with the tiny checkpoint: which samples, which answers, which scores. */
class EvaluationTest {
    private static EvaluatedModel model;
    private static NetworkPredictor predictor;

    @BeforeAll
    static void load() throws IOException {
        model = Tiny.load();
        predictor = Tiny.predictor(model);
    }

    @AfterAll
    static void close() {
        predictor.close();
        model.close();
    }

    @Test
    void aBatchAnswersWhatSingleQuestionsAnswer() throws IOException {
        ListSource source = Tiny.source(Tiny.questions(7));

        EvaluationResult alone = run(source, EvaluationOptions.DEFAULTS.withBatchSize(1));
        EvaluationResult together = run(source, EvaluationOptions.DEFAULTS.withBatchSize(4));

        assertThat(together.samples())
                .extracting(SampleResult::id)
                .containsExactly("q0", "q1", "q2", "q3", "q4", "q5", "q6");
        assertThat(together.samples())
                .extracting(SampleResult::text)
                .containsExactlyElementsOf(
                        alone.samples().stream().map(SampleResult::text).toList());
        assertThat(together.score().value()).isEqualTo(alone.score().value());
    }

    @Test
    void twoWorkersAnswerWhatOneAnswersAlsoToSeveralPrompts() throws IOException {
        ListSource source = Tiny.source(Tiny.questions(12));
        RunOptions options = new RunOptions(Tiny.shortAnswers(model), Profile.FLORENCE4J, 3);
        try (NetworkPredictor one = model.predictor(options, 1);
                NetworkPredictor two = model.predictor(options, 2)) {
            List<EvaluationResult> expected = Evaluation.compare(
                    one,
                    source,
                    PromptTemplate.ZERO_SHOT,
                    EvaluationOptions.DEFAULTS.withBatchSize(3),
                    EvaluationListener.NONE);
            List<EvaluationResult> rows = Evaluation.compare(
                    two,
                    source,
                    PromptTemplate.ZERO_SHOT,
                    EvaluationOptions.DEFAULTS.withBatchSize(3),
                    EvaluationListener.NONE);

            for (int row = 0; row < rows.size(); row++) {
                assertThat(ids(rows.get(row))).isEqualTo(ids(expected.get(row)));
                assertThat(texts(rows.get(row))).isEqualTo(texts(expected.get(row)));
                assertThat(texts(rows.get(row))).isEqualTo(texts(oneByOne(source, row)));
            }
        }
    }

    /** What a prompt gives by itself, a question at a time. */
    private static EvaluationResult oneByOne(ListSource source, int row) throws IOException {
        return Evaluation.compare(
                        predictor,
                        source,
                        List.of(PromptTemplate.ZERO_SHOT.get(row)),
                        EvaluationOptions.DEFAULTS.withBatchSize(1),
                        EvaluationListener.NONE)
                .get(0);
    }

    @Test
    void moreSamplesAreAskedTogetherWhereTheirPixelsAreFew() {
        ImageProcessorConfig images = predictor.images();
        assertThat(Evaluation.askedTogether(16, images.withSize(192, 192))).isEqualTo(128);
        assertThat(Evaluation.askedTogether(48, images.withSize(192, 192))).isEqualTo(151); // 64 MB
        assertThat(Evaluation.askedTogether(4, images.withSize(768, 768))).isEqualTo(9);
        assertThat(Evaluation.askedTogether(16, images.withSize(768, 768))).isEqualTo(32);
        assertThat(Evaluation.askedTogether(40, images.withSize(768, 768))).isEqualTo(40);
    }

    @Test
    void aCorruptImageIsToldAndCountedAndEndsNothing() throws IOException {
        List<Sample> samples = new ArrayList<>(Tiny.questions(3));
        samples.add(1, Tiny.corrupt("bad"));
        List<RejectedSample> heard = new ArrayList<>();
        List<Long> progress = new ArrayList<>();

        EvaluationResult result =
                Evaluation.run(predictor, Tiny.source(samples), EvaluationOptions.DEFAULTS, new EvaluationListener() {
                    @Override
                    public void progress(long done, OptionalLong total) {
                        progress.add(done);
                        assertThat(total).hasValue(4);
                    }

                    @Override
                    public void rejected(RejectedSample sample) {
                        heard.add(sample);
                    }
                });

        assertThat(result.samples()).extracting(SampleResult::id).containsExactly("q0", "q1", "q2");
        assertThat(result.samples()).extracting(SampleResult::index).containsExactly(0L, 2L, 3L);
        assertThat(result.rejected()).isEqualTo(heard).singleElement().satisfies(rejected -> {
            assertThat(rejected.id()).isEqualTo("bad");
            assertThat(rejected.reason()).contains(Tiny.CORRUPT);
        });
        assertThat(progress).last().isEqualTo(4L);
        assertThat(result.score().samples()).isEqualTo(3);
    }

    @Test
    void aQuestionThatIsTooLongIsScoredAsAnEmptyAnswer() throws IOException {
        List<Sample> samples = new ArrayList<>(Tiny.questions(2));
        samples.add(new Sample("long", Tiny.image(0), "<DocVQA>" + "word ".repeat(2000), List.of("a")));

        EvaluationResult result = run(Tiny.source(samples), EvaluationOptions.DEFAULTS);

        assertThat(result.failures()).isEqualTo(1);
        SampleResult failed = result.samples().get(2);
        assertThat(failed.error()).startsWith("the prompt has ").contains(" tokens; this checkpoint has room for ");
        assertThat(failed.text()).isEmpty();
        assertThat(result.principal().score(2)).isZero();
        assertThat(result.score().samples()).isEqualTo(3);
        assertThat(result.samples().get(0).failed()).isFalse();
    }

    @Test
    void aLimitDrawsTheSameSamplesForEveryPromptAndRun() throws IOException {
        ListSource source = Tiny.source(Tiny.questions(12));
        EvaluationOptions options = EvaluationOptions.DEFAULTS.withLimit(5).withSeed(3);

        List<EvaluationResult> first =
                Evaluation.compare(predictor, source, PromptTemplate.ZERO_SHOT, options, EvaluationListener.NONE);
        EvaluationResult second = run(source, options);

        assertThat(first).hasSize(3);
        List<String> ids = ids(second);
        assertThat(ids).hasSize(5).isSortedAccordingTo((a, b) -> Integer.compare(number(a), number(b)));
        assertThat(first).allSatisfy(row -> assertThat(ids(row)).isEqualTo(ids));
        assertThat(ids(run(source, options.withSeed(4)))).isNotEqualTo(ids);
        assertThat(first.get(0).samples())
                .extracting(SampleResult::text)
                .isEqualTo(second.samples().stream().map(SampleResult::text).toList());
    }

    @Test
    void theZeroShotPromptsAreThoseOfTheArticle() throws IOException {
        List<EvaluationResult> rows = Evaluation.compare(
                predictor,
                Tiny.source(List.of(new Sample("q", Tiny.image(0), "<DocVQA>What is the date?", List.of("a")))),
                PromptTemplate.ZERO_SHOT,
                EvaluationOptions.DEFAULTS,
                EvaluationListener.NONE);

        assertThat(rows)
                .extracting(row -> row.samples().get(0).prompt().text())
                .containsExactly(
                        "<DocVQA>What is the date?",
                        "<VQA>What is the date?",
                        "What does the region <loc_0><loc_0><loc_999><loc_999>What is the date? describe?");
    }

    @Test
    void anImageIsLookedAtOnceForAllItsQuestionsAndPrompts() throws IOException {
        List<Sample> samples = Tiny.questions(8); // two questions an image, and the first image again
        Set<String> seen = new HashSet<>();
        Predictor once = new Forwarding(predictor) {
            @Override
            public List<Answer<?>> predict(List<Question> questions) {
                return super.predict(questions.stream()
                        .map(question -> seen.add(question.example().imageHash()) ? question : blind(question))
                        .toList());
            }
        };

        List<EvaluationResult> rows = Evaluation.compare(
                once,
                Tiny.source(samples),
                PromptTemplate.ZERO_SHOT,
                EvaluationOptions.DEFAULTS.withBatchSize(3),
                EvaluationListener.NONE);

        assertThat(seen).hasSize(3);
        assertThat(rows).allSatisfy(row -> assertThat(row.samples()).hasSize(8));
    }

    /** The question without the pixels, which the predictor must have used before. */
    private static Predictor.Question blind(Predictor.Question asked) {
        Example e = asked.example();
        Example blind = new Example(
                e.index(),
                e.sample(),
                e.imageHash(),
                null,
                e.imageWidth(),
                e.imageHeight(),
                e.promptIds(),
                e.labelIds(),
                false);
        return new Predictor.Question(blind, asked.prompt(), asked.width(), asked.height());
    }

    @Test
    void weightsInTrainingAreSeenAsTheyAreAtTheMoment() throws IOException {
        ListSource source = Tiny.source(Tiny.questions(2));
        try (Checkpoint checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
                TrainingWeights weights = TrainingWeights.of(checkpoint.weights(), Set.of());
                NetworkPredictor training = new NetworkPredictor(
                        new TrainingNetwork(checkpoint.config(), weights, weights.trained()).network(),
                        predictor.tokenizer(),
                        predictor.images(),
                        new RunOptions(Tiny.shortAnswers(model), Profile.FLORENCE4J),
                        1)) {
            EvaluationResult before =
                    Evaluation.run(training, source, EvaluationOptions.DEFAULTS, EvaluationListener.NONE);
            assertThat(texts(before)).isEqualTo(texts(run(source, EvaluationOptions.DEFAULTS)));

            try (NoGrad noGrad = new NoGrad();
                    PointerScope scope = new PointerScope()) {
                weights.parameters()
                        .forEach((name, tensor) -> tensor.mul_(new Scalar(name.contains("vision") ? 3 : 1)));
            }
            EvaluationResult after =
                    Evaluation.run(training, source, EvaluationOptions.DEFAULTS, EvaluationListener.NONE);

            assertThat(after.samples())
                    .extracting(SampleResult::confidence)
                    .isNotEqualTo(before.samples().stream()
                            .map(SampleResult::confidence)
                            .toList());
        }
    }

    @Test
    void featuresComeFromTheCacheOfTheTraining(@TempDir Path folder) throws IOException {
        ListSource source = Tiny.source(Tiny.questions(4));
        int[] computed = {0};
        Set<Part> frozen = EnumSet.of(Part.VISION_TOWER, Part.PROJECTOR);
        try (Checkpoint checkpoint = Checkpoint.load(Fixtures.path("tiny-transformers"), DType.FLOAT32);
                TrainingWeights weights = TrainingWeights.of(checkpoint.weights(), frozen);
                FeatureCache cache = FeatureCache.open(
                        folder,
                        new FeatureKey(
                                ImageInput.Stage.VISUAL_TOKENS,
                                List.of(10L, 32L),
                                DType.FLOAT16,
                                DType.FLOAT32,
                                "weights",
                                "preprocessing"))) {
            TrainingNetwork network = new TrainingNetwork(checkpoint.config(), weights, weights.trained());
            CachedFeatures features = new CachedFeatures(network, cache, example -> {
                computed[0]++;
                return Tensors.ofFloats(network.network().device(), example.pixelValues())
                        .view(1, 3, 96, 96);
            });
            try (NetworkPredictor cached = new NetworkPredictor(
                    network.network(),
                    predictor.tokenizer(),
                    predictor.images(),
                    new RunOptions(Tiny.shortAnswers(model), Profile.FLORENCE4J),
                    PictureFeatures.cached(network, cache, features))) {
                EvaluationResult first =
                        Evaluation.run(cached, source, EvaluationOptions.DEFAULTS, EvaluationListener.NONE);
                EvaluationResult second =
                        Evaluation.run(cached, source, EvaluationOptions.DEFAULTS, EvaluationListener.NONE);

                assertThat(computed[0]).as("images computed in two runs").isEqualTo(2);
                assertThat(texts(second))
                        .isEqualTo(texts(first))
                        .isEqualTo(texts(run(source, EvaluationOptions.DEFAULTS)));
            }
        }
    }

    @Test
    void severalMetricsAreMeasuredInOnePass() throws IOException {
        EvaluationResult result = run(
                Tiny.source(Tiny.questions(4)),
                EvaluationOptions.DEFAULTS.withMetrics(
                        List.of(Metric.named("cer"), Metric.named("anls"), Metric.named("cider-d"))));

        assertThat(result.metrics()).extracting(m -> m.estimate().metric()).containsExactly("cer", "anls", "cider-d");
        assertThat(result.score().metric()).isEqualTo("cer");
        assertThat(result.metrics())
                .allSatisfy(m -> assertThat(m.estimate().samples()).isEqualTo(4));
    }

    private static EvaluationResult run(ListSource source, EvaluationOptions options) throws IOException {
        return Evaluation.run(predictor, source, options, EvaluationListener.NONE);
    }

    private static List<String> texts(EvaluationResult result) {
        return result.samples().stream().map(SampleResult::text).toList();
    }

    private static List<String> ids(EvaluationResult result) {
        return result.samples().stream().map(SampleResult::id).toList();
    }

    private static int number(String id) {
        return Integer.parseInt(id.substring(1));
    }
}
