package io.github.florence4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.image.ImageDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pages that are drawn while they are read. */
class SynthSourceTest {
    private static final String WORDS = "synth:word?size=64&tasks=ocr:3,region_to_ocr:1&seed=7";

    private static Sample sample(IndexedSource source, long index) throws IOException {
        return (Sample) source.read(new Pass(1, 0), index).get(0);
    }

    @Test
    void theSameLineGivesTheSamePagesInAnyOrder() throws IOException {
        try (IndexedSource one = Sources.open(WORDS);
                IndexedSource other = Sources.open(WORDS)) {
            Sample later = sample(other, 12);
            for (long index = 0; index < 13; index++) {
                Sample sample = sample(one, index);
                Sample again = sample(other, index);

                assertThat(again.prompt()).isEqualTo(sample.prompt());
                assertThat(again.answers()).isEqualTo(sample.answers());
                assertThat(again.image().bytes()).isEqualTo(sample.image().bytes());
            }
            assertThat(sample(one, 12).answers()).isEqualTo(later.answers());
        }
    }

    @Test
    void tasksAreDrawnByTheirWeights() throws IOException {
        try (IndexedSource source = Sources.open(WORDS)) {
            List<String> tasks = IntStream.range(0, 400)
                    .mapToObj(index -> {
                        try {
                            return sample(source, index).tags().get(0);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .toList();

            assertThat(tasks.stream().filter("ocr"::equals).count()).isBetween(260L, 340L);
            assertThat(tasks.stream().distinct()).containsExactlyInAnyOrder("ocr", "region_to_ocr");
        }
    }

    @Test
    void everyPageHasAHashOfItsOwnAndTheSplitsShareNone() throws IOException {
        try (IndexedSource train = Sources.open(WORDS);
                IndexedSource test = Sources.open(WORDS + "&split=test")) {
            assertThat(sample(train, 3).image().sha256())
                    .isEqualTo(sample(train, 3).image().sha256())
                    .isNotEqualTo(sample(train, 4).image().sha256())
                    .isNotEqualTo(sample(test, 3).image().sha256());
        }
    }

    @Test
    void aDrawnPictureIsWhatItsFileDecodesTo() throws IOException {
        try (IndexedSource source = Sources.open(WORDS)) {
            ImageRef image = sample(source, 5).image();

            assertThat(image.decode(new ImageDecoder()).bytes())
                    .isEqualTo(new ImageDecoder().decode(image.bytes(), "page").bytes());
        }
    }

    @Test
    void samplesOfAPageFollowEachOtherAndAskOnlyForRegionsTwice() throws IOException {
        try (IndexedSource source =
                Sources.open("synth:lines?size=96&tasks=ocr:1,region_to_ocr:2,layout:1&per-page=4&count=30")) {
            assertThat(source.count()).isEqualTo(120);
            for (long page = 0; page < 30; page++) {
                List<Sample> samples = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    samples.add(sample(source, 4 * page + i));
                }
                assertThat(samples)
                        .extracting(sample -> sample.image().sha256())
                        .containsOnly(samples.get(0).image().sha256());
                assertThat(samples).extracting(Sample::id).doesNotHaveDuplicates();
                assertThat(samples.stream()
                                .map(sample -> sample.tags().get(0))
                                .filter(task -> !task.equals("region_to_ocr")))
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void scrambledWordsAreOnNoList() throws IOException {
        try (IndexedSource scrambled = Sources.open("synth:word?size=96&scrambled=1&tasks=ocr");
                IndexedSource plain = Sources.open("synth:word?size=96&scrambled=0&tasks=ocr")) {
            assertThat(mixed(scrambled)).isGreaterThan(50);
            assertThat(mixed(plain)).isZero();
        }
    }

    /** How many of 200 words have a letter beside a digit. */
    private static long mixed(IndexedSource source) throws IOException {
        long count = 0;
        for (long index = 0; index < 200; index++) {
            count += sample(source, index).answers().get(0).matches(".*([A-Za-z][0-9]|[0-9][A-Za-z]).*") ? 1 : 0;
        }
        return count;
    }

    @Test
    void aWrongLevelIsNamedWithThoseThatThereAre() {
        assertThatThrownBy(() -> Sources.open("synth:chapter"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("chapter")
                .hasMessageContaining("lines, page");
    }

    @Test
    void weightsOfTasksMustBeAboveNothing() {
        assertThatThrownBy(() -> Sources.open("synth:lines?size=96&tasks=ocr:1,layout:0"))
                .hasMessageContaining("tasks=ocr:1,layout:0; expected weights above 0");
        assertThatThrownBy(() -> Sources.open("synth:lines?size=96&per-page=many"))
                .hasMessageContaining("has an option that is no number where one is expected")
                .hasMessageContaining("many");
    }
}
