package io.github.florence4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Expected values: worked by hand from the scripts' formulas; text-cases.json from nltk.edit_distance. */
class AnlsTest {
    private static final double NEAR = 1e-12;

    private static double score(AnlsVariant variant, String prediction, String... references) {
        return new Anls(variant).score(prediction, List.of(references));
    }

    @Test
    void ofRrcAgreesWithTheFormulaOnRandomTexts() {
        for (JsonNode sample : Cases.of("text-cases.json")) {
            double score = new Anls(AnlsVariant.RRC)
                    .score(sample.get("prediction").asText(), Cases.texts(sample.get("references")));
            assertThat(score).as(sample.toString()).isCloseTo(sample.get("anls").asDouble(), within(NEAR));
        }
    }

    @Test
    void keepsOneHalfInTheScriptsThatCompareWithLessThan() {
        // "abcd" and "abxy": 2 edits of 4, distance exactly 0.5
        assertThat(score(AnlsVariant.RRC, "abxy", "abcd")).isEqualTo(0.5);
        assertThat(score(AnlsVariant.MP_DOCVQA, "abxy", "abcd")).isEqualTo(0.5);
        assertThat(score(AnlsVariant.BLOG_2024, "abxy", "abcd")).isZero();
        assertThat(score(AnlsVariant.REPO_HEAD, "abxy", "abcd")).isZero();
    }

    @Test
    void dropsToZeroBelowOneHalf() {
        // 3 edits of 5
        for (AnlsVariant variant : AnlsVariant.values()) {
            assertThat(score(variant, "abxyz", "abcde")).as("%s", variant).isZero();
        }
    }

    @Test
    void ofRrcDividesByTheLengthOfTheRawTexts() {
        // "a  b" against "a  c": one edit of "a b" / "a c", but raw lengths of 4; MP-DocVQA keeps the two spaces
        assertThat(score(AnlsVariant.RRC, "a  b", "a  c")).isCloseTo(0.75, within(NEAR));
        // stripped: "ab" against "ac", 1 of 2; raw: 1 of 6
        assertThat(score(AnlsVariant.RRC, "  ab  ", "ac")).isCloseTo(5 / 6.0, within(NEAR));
        assertThat(score(AnlsVariant.MP_DOCVQA, "  ab  ", "ac")).isEqualTo(0.5);
    }

    @Test
    void normalisesAsEachScriptDoes() {
        assertThat(score(AnlsVariant.RRC, " ITC   Limited ", "itc limited")).isEqualTo(1);
        assertThat(score(AnlsVariant.MP_DOCVQA, " ITC Limited ", "itc limited")).isEqualTo(1);
        // "Abcd" against "abcd": one edit of 4 where case counts
        assertThat(score(AnlsVariant.BLOG_2024, "Abcd", "abcd")).isEqualTo(0.75);
        assertThat(score(AnlsVariant.REPO_HEAD, "Abcd.", "abcd")).isEqualTo(1);
        // only one full stop goes: "abcd." against "abcd", 1 of 5
        assertThat(score(AnlsVariant.REPO_HEAD, "abcd..", "abcd")).isCloseTo(0.8, within(NEAR));
        assertThat(score(AnlsVariant.RRC, "abcd.", "abcd")).isCloseTo(0.8, within(NEAR));
    }

    @Test
    void takesTheBestReferenceButTheArticleTakesTheFirst() {
        assertThat(score(AnlsVariant.RRC, "42", "forty-two", "42")).isEqualTo(1);
        assertThat(score(AnlsVariant.MP_DOCVQA, "42", "forty-two", "42")).isEqualTo(1);
        assertThat(score(AnlsVariant.REPO_HEAD, "42", "forty-two", "42")).isEqualTo(1);
        assertThat(score(AnlsVariant.BLOG_2024, "42", "forty-two", "42")).isZero();
    }

    @Test
    void scoresEmptyTexts() {
        assertThat(score(AnlsVariant.RRC, "", "")).isEqualTo(1);
        assertThat(score(AnlsVariant.RRC, "", "a")).isZero();
        assertThat(score(AnlsVariant.MP_DOCVQA, " ", "a")).isZero();
        assertThat(score(AnlsVariant.MP_DOCVQA, "None", "none")).isZero();
        assertThat(score(AnlsVariant.BLOG_2024, "", "")).isZero();
        assertThat(score(AnlsVariant.REPO_HEAD, "", "")).isZero();
        assertThat(score(AnlsVariant.REPO_HEAD, ".", ".")).isEqualTo(1);
    }

    @Test
    void countsCodePointsNotChars() {
        // two of three characters right; in UTF-16 units it would be 2 of 6 wrong
        assertThat(score(AnlsVariant.RRC, "\ud83d\ude00\ud83d\ude00x", "\ud83d\ude00\ud83d\ude00\ud83d\ude01"))
                .isCloseTo(2 / 3.0, within(NEAR));
    }

    @Test
    void ofASetIsTheMeanOverQuestions() {
        List<TextSample> samples = List.of(
                new TextSample("abcd", List.of("abcd")),
                new TextSample("abxd", List.of("abcd")),
                new TextSample("wrong", List.of("abcd")));
        assertThat(new Anls(AnlsVariant.RRC).score(samples)).isCloseTo(1.75 / 3, within(NEAR));
    }

    @Test
    void ofFiveThousandQuestionsTakesNoTimeToSpeakOf() {
        Random random = new Random(1);
        List<TextSample> samples = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            samples.add(new TextSample(text(random), List.of(text(random), text(random), text(random))));
        }
        long start = System.nanoTime();
        new Anls(AnlsVariant.RRC).score(samples);
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(20);
    }

    private static String text(Random random) {
        return random.ints(30, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Test
    void refusesASampleWithoutReferences() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TextSample("a", List.of()))
                .withMessageContaining("at least one reference");
    }
}
