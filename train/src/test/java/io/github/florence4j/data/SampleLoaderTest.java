package io.github.florence4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.text.Florence2Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Order, resuming, bad records and memory of the loader, on 53 samples of which some are bad. */
class SampleLoaderTest {
    private static final Florence2Tokenizer TOKENIZER = TestData.tokenizer();
    private static final List<Entry> ENTRIES = entries();

    @AfterAll
    static void closeTokenizer() {
        TOKENIZER.close();
    }

    private static List<Entry> entries() {
        List<Entry> entries = new ArrayList<>(TestData.samples(53));
        Sample good = (Sample) entries.get(0);
        byte[] cut = Arrays.copyOf(TestData.png(9), 40);
        entries.set(9, new Sample("p9", ImageRef.ofBytes(cut, "p9.png"), "<DocVQA>cut off", good.answers()));
        entries.set(17, new RejectedSample("p17", "the row has no question"));
        entries.set(30, new Sample("p30", good.image(), "<DocVQA>" + "long ".repeat(80), good.answers()));
        entries.set(31, new Sample("p31", good.image(), "<OD> with words", good.answers()));
        entries.set(52, new Sample("p52", good.image(), "<DocVQA>unanswered", List.of()));
        return entries;
    }

    /** The same records from a source that does not know its size. */
    private static SampleSource streaming() {
        return new SampleSource() {
            @Override
            public String name() {
                return "stream";
            }

            @Override
            public OptionalLong size() {
                return OptionalLong.empty();
            }

            @Override
            public SampleReader open(Pass pass, long from) {
                AtomicInteger next = new AtomicInteger((int) from);
                return new SampleReader() {
                    @Override
                    public @Nullable Entry next() {
                        int at = next.getAndIncrement();
                        return at < ENTRIES.size() ? ENTRIES.get(at) : null;
                    }

                    @Override
                    public void close() {}
                };
            }
        };
    }

    private static final SampleSource INDEXED = new ListSource("list", ENTRIES);

    private static SampleLoader loader(SampleSource source, LoaderOptions options, List<RejectedSample> rejected) {
        return new SampleLoader(
                source, new SampleEncoder(TOKENIZER, TestData.ENCODING), TestData.processor(), options, rejected::add);
    }

    private static List<Batch> read(SampleLoader loader, LoaderPosition from) throws IOException {
        List<Batch> batches = new ArrayList<>();
        try (BatchStream stream = loader.open(from)) {
            for (Optional<Batch> batch = stream.next(); batch.isPresent(); batch = stream.next()) {
                batches.add(batch.get());
            }
            assertThat(stream.position()).isEqualTo(LoaderPosition.start(from.epoch() + 1));
        }
        return batches;
    }

    private static List<List<String>> ids(List<Batch> batches) {
        return batches.stream().map(Batch::ids).toList();
    }

    private static List<LoaderOptions> variants() {
        LoaderOptions shuffled =
                LoaderOptions.shuffled(4, 11).withShuffleWindow(10).withThreads(2, 9);
        return List.of(
                LoaderOptions.inOrder(4).withThreads(2, 4),
                shuffled,
                shuffled.withBucketWindow(22),
                shuffled.withBucketWindow(22).withDropLast(true),
                LoaderOptions.inOrder(1).withBucketWindow(5).withThreads(1, 1));
    }

    @Test
    void givesTheSameBatchesWhateverTheNumberOfThreads() throws IOException {
        for (SampleSource source : List.of(INDEXED, streaming())) {
            for (LoaderOptions options : variants()) {
                List<RejectedSample> rejected = new ArrayList<>();
                List<List<String>> one =
                        ids(read(loader(source, options.withThreads(1, 4), rejected), LoaderPosition.start(2)));
                for (int threads : new int[] {2, 4}) {
                    List<RejectedSample> again = new ArrayList<>();
                    SampleLoader loader = loader(source, options.withThreads(threads, 4 * threads), again);
                    assertThat(ids(read(loader, LoaderPosition.start(2)))).isEqualTo(one);
                    assertThat(again).isEqualTo(rejected);
                }
            }
        }
    }

    @Test
    void resumesAnywhereAsIfItHadNotStopped() throws IOException {
        for (SampleSource source : List.of(INDEXED, streaming())) {
            for (LoaderOptions options : variants()) {
                List<RejectedSample> rejected = new ArrayList<>();
                List<Batch> whole = read(loader(source, options, rejected), LoaderPosition.start(1));
                for (int stop = 0; stop < whole.size(); stop++) {
                    List<RejectedSample> both = new ArrayList<>();
                    SampleLoader loader = loader(source, options, both);
                    LoaderPosition position = take(loader, stop);
                    List<Batch> rest = read(loader, position);
                    assertThat(ids(rest)).isEqualTo(ids(whole.subList(stop, whole.size())));
                    assertThat(rest)
                            .extracting(Batch::after)
                            .isEqualTo(whole.subList(stop, whole.size()).stream()
                                    .map(Batch::after)
                                    .toList());
                    assertThat(both).isEqualTo(rejected);
                }
            }
        }
    }

    private static LoaderPosition take(SampleLoader loader, int batches) throws IOException {
        try (BatchStream stream = loader.open(1)) {
            for (int i = 0; i < batches; i++) {
                stream.next();
            }
            return stream.position();
        }
    }

    @Test
    void givesEveryUsableSampleOnceAndReportsTheOthers() throws IOException {
        for (SampleSource source : List.of(INDEXED, streaming())) {
            for (LoaderOptions options : variants()) {
                List<RejectedSample> rejected = new ArrayList<>();
                List<String> ids = read(loader(source, options, rejected), LoaderPosition.start(0)).stream()
                        .flatMap(batch -> batch.ids().stream())
                        .toList();
                assertThat(ids).doesNotHaveDuplicates().doesNotContain("p9", "p17", "p30", "p31", "p52");
                assertThat(ids.size()).isGreaterThanOrEqualTo(options.dropLast() ? 48 - 3 : 48);
                assertThat(rejected)
                        .filteredOn(sample -> !sample.id().equals("p9"))
                        .containsExactlyInAnyOrder(
                                new RejectedSample("p17", "the row has no question"),
                                new RejectedSample(
                                        "p30",
                                        "the prompt has " + TOKENIZER.encode("<DocVQA>" + "long ".repeat(80)).length
                                                + " tokens, more than 60"),
                                new RejectedSample(
                                        "p31",
                                        "the task <OD> takes no input and must stand alone, found '<OD> with words'"),
                                new RejectedSample("p52", "the sample has no answer"));
                assertThat(rejected)
                        .filteredOn(sample -> sample.id().equals("p9"))
                        .allSatisfy(sample -> assertThat(sample.reason()).startsWith("p9.png: "))
                        .hasSizeLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void shufflesEveryEpochAnewAndKeepsTheOrderOtherwise() throws IOException {
        SampleLoader inOrder = loader(INDEXED, LoaderOptions.inOrder(4), new ArrayList<>());
        List<List<String>> plain = ids(read(inOrder, LoaderPosition.start(0)));
        assertThat(plain.get(0)).containsExactly("p0", "p1", "p2", "p3");
        assertThat(plain.get(2)).containsExactly("p8", "p10", "p11");
        assertThat(ids(read(inOrder, LoaderPosition.start(1)))).isEqualTo(plain);

        SampleLoader shuffled = loader(INDEXED, LoaderOptions.shuffled(4, 5), new ArrayList<>());
        List<List<String>> first = ids(read(shuffled, LoaderPosition.start(0)));
        assertThat(first).isNotEqualTo(plain).isNotEqualTo(ids(read(shuffled, LoaderPosition.start(1))));
        assertThat(ids(read(shuffled, LoaderPosition.start(0)))).isEqualTo(first);
        assertThat(shuffled.describeOrder()).isEqualTo("shuffled fully, seed 5");
        assertThat(loader(streaming(), LoaderOptions.shuffled(4, 5), new ArrayList<>())
                        .describeOrder())
                .isEqualTo("shuffled in blocks of 256, seed 5");
    }

    @Test
    void bucketsByLength() throws IOException {
        LoaderOptions options = LoaderOptions.shuffled(4, 5);
        int plain = padding(read(loader(INDEXED, options, new ArrayList<>()), LoaderPosition.start(0)));
        int bucketed = padding(
                read(loader(INDEXED, options.withBucketWindow(53), new ArrayList<>()), LoaderPosition.start(0)));
        assertThat(bucketed).isLessThan(plain / 3);
    }

    private static int padding(List<Batch> batches) {
        return batches.stream()
                .mapToInt(batch -> batch.examples().stream()
                        .mapToInt(e -> batch.promptLength() - e.promptIds().length)
                        .sum())
                .sum();
    }

    @Test
    void encodesAsTheTokenizerAndPadsForTheLoss() throws IOException {
        Batch batch = read(loader(INDEXED, LoaderOptions.inOrder(3), new ArrayList<>()), LoaderPosition.start(0))
                .get(0);
        Example second = batch.examples().get(1);
        assertThat(second.promptIds())
                .isEqualTo(TOKENIZER.encode(second.sample().prompt()));
        assertThat(second.labelIds()).isEqualTo(TOKENIZER.encode("answer 1"));
        assertThat(second.imageHash()).isEqualTo(ImageRef.sha256(TestData.png(1)));
        assertThat(second.pixelValues()).hasSize(3 * 4 * 4);
        assertThat(second).returns(8, Example::imageWidth).returns(6, Example::imageHeight);
        int length = batch.promptLength();
        long[] ids = batch.promptIds();
        long[] mask = batch.promptMask();
        for (int row = 0; row < 3; row++) {
            int own = batch.examples().get(row).promptIds().length;
            for (int i = 0; i < length; i++) {
                assertThat(mask[row * length + i]).isEqualTo(i < own ? 1 : 0);
                assertThat(ids[row * length + i])
                        .isEqualTo(i < own ? batch.examples().get(row).promptIds()[i] : 1);
            }
        }
        assertThat(batch.labels()).hasSize(3 * batch.labelLength());
        assertThat(batch.labelTokens())
                .isEqualTo(IntStream.range(0, 3)
                        .map(i -> TOKENIZER.encode("answer " + i).length)
                        .sum());
    }

    @Test
    void turnsTaskTokensIntoTheirWords() throws IOException {
        Sample sample = new Sample(
                "d", ImageRef.ofBytes(TestData.png(1), "d"), "<OD>", List.of("car<loc_1><loc_2><loc_3><loc_4>"));
        Example example = read(
                        loader(new ListSource("one", List.of(sample)), LoaderOptions.inOrder(1), new ArrayList<>()),
                        LoaderPosition.start(0))
                .get(0)
                .examples()
                .get(0);
        assertThat(TOKENIZER.decode(example.promptIds()))
                .isEqualTo("<s>Locate the objects with category name in the image.</s>");
        assertThat(TOKENIZER.decode(example.labelIds())).isEqualTo("<s>car<loc_1><loc_2><loc_3><loc_4></s>");
    }

    @Test
    void drawsAnswersFromSeedAndEpoch() throws IOException {
        SampleEncoder encoder = new SampleEncoder(TOKENIZER, TestData.ENCODING.withAnswers(AnswerChoice.DRAWN));
        SampleLoader loader = new SampleLoader(
                INDEXED,
                encoder,
                TestData.processor(),
                LoaderOptions.inOrder(53).withPixelsWanted(hash -> false),
                r -> {});
        List<String> first = answers(loader, 0);
        assertThat(first).anyMatch(a -> a.contains("answer")).anyMatch(a -> a.contains("the other"));
        assertThat(answers(loader, 0)).isEqualTo(first);
        assertThat(answers(loader, 1)).isNotEqualTo(first);
    }

    private static List<String> answers(SampleLoader loader, int epoch) throws IOException {
        return read(loader, LoaderPosition.start(epoch)).get(0).examples().stream()
                .map(example -> TOKENIZER.decode(example.labelIds()))
                .toList();
    }

    @Test
    void cutsLongTextsOrRejectsThem() throws Exception {
        Sample sample =
                new Sample("l", ImageRef.ofBytes(TestData.png(1), "l"), "one two three four", List.of("a b c d e f"));
        EncodingOptions cut = TestData.ENCODING
                .withMaxPromptTokens(4)
                .withMaxAnswerTokens(4)
                .withTooLong(EncodingOptions.TooLong.CUT, EncodingOptions.TooLong.CUT);
        SampleEncoder.Encoded encoded = new SampleEncoder(TOKENIZER, cut).encode(sample, TestData.PASS, 0);
        assertThat(TOKENIZER.decode(encoded.promptIds())).isEqualTo("<s>one two</s>");
        assertThat(TOKENIZER.decode(encoded.labelIds())).isEqualTo("<s>a b c");
        assertThat(encoded.truncated()).isTrue();
        EncodingOptions reject = TestData.ENCODING
                .withMaxAnswerTokens(4)
                .withTooLong(EncodingOptions.TooLong.REJECT, EncodingOptions.TooLong.REJECT);
        assertThatThrownBy(() -> new SampleEncoder(TOKENIZER, reject).encode(sample, TestData.PASS, 0))
                .hasMessage("the answer has 8 tokens, more than 4");
    }

    @Test
    void decodesOnlyWhatIsWantedAndNeverFarAhead() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Set<String> wanted = Set.of(ImageRef.sha256(TestData.png(2)));
        LoaderOptions options = LoaderOptions.inOrder(2).withThreads(2, 6).withPixelsWanted(hash -> {
            asked.incrementAndGet();
            return wanted.contains(hash);
        });
        try (BatchStream stream = loader(INDEXED, options, new ArrayList<>()).open(0)) {
            while (asked.get() < 6) {
                Thread.sleep(1);
            }
            Thread.sleep(100);
            assertThat(asked.get()).isEqualTo(6);
            assertThat(stream.next().orElseThrow().examples())
                    .extracting(Example::pixelValues)
                    .containsOnlyNulls();
            assertThat(stream.next().orElseThrow().examples().get(0).pixelValues())
                    .isNotNull();
        }
    }

    @Test
    void passesOnErrorsOfTheDataItself() throws IOException {
        SampleSource broken = new SampleSource() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public OptionalLong size() {
                return OptionalLong.empty();
            }

            @Override
            public SampleReader open(Pass pass, long from) throws IOException {
                throw new InvalidDataException("the disk is gone");
            }
        };
        try (BatchStream stream =
                loader(broken, LoaderOptions.inOrder(2), new ArrayList<>()).open(0)) {
            assertThatThrownBy(stream::next)
                    .isInstanceOf(InvalidDataException.class)
                    .hasMessage("the disk is gone");
        }
    }

    /** Random sizes, windows and seeds: resuming in the middle is exact, nothing is lost. */
    @Test
    void holdsForRandomOptions() throws IOException {
        Random random = new Random(4);
        for (int i = 0; i < 40; i++) {
            int batch = 1 + random.nextInt(7);
            LoaderOptions options = LoaderOptions.shuffled(batch, random.nextLong())
                    .withShuffleWindow(1 + random.nextInt(60))
                    .withBucketWindow(random.nextInt(70))
                    .withThreads(1 + random.nextInt(3), batch + random.nextInt(9))
                    .withPixelsWanted(hash -> false);
            SampleSource source = random.nextBoolean() ? INDEXED : streaming();
            List<Batch> whole = read(loader(source, options, new ArrayList<>()), LoaderPosition.start(i));
            assertThat(whole.stream().mapToInt(Batch::size).sum()).isEqualTo(49);
            Batch stop = whole.get(random.nextInt(whole.size()));
            List<Batch> rest = read(loader(source, options, new ArrayList<>()), stop.after());
            assertThat(ids(rest)).isEqualTo(ids(whole.subList(whole.indexOf(stop) + 1, whole.size())));
        }
    }
}
