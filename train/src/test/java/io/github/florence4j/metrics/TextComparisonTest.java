package io.github.florence4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected values: worked by hand; text-cases.json from nltk.edit_distance. */
class TextComparisonTest {
    private static final double NEAR = 1e-12;

    @Test
    void errorRatesAgreeWithNltkOnRandomTexts() {
        for (JsonNode sample : Cases.of("text-cases.json")) {
            String prediction = sample.get("prediction").asText();
            List<String> references = Cases.texts(sample.get("references"));
            assertThat(ErrorRate.CER.score(prediction, references))
                    .as(sample.toString())
                    .isCloseTo(sample.get("cer").asDouble(), within(NEAR));
            assertThat(ErrorRate.WER.score(prediction, references))
                    .as(sample.toString())
                    .isCloseTo(sample.get("wer").asDouble(), within(NEAR));
        }
    }

    @Test
    void errorRatesOfASetAreMicroAveraged() {
        // "kitten" -> "sitting": 3 edits over 7 letters (the textbook case); "ab" -> "ab": 0 over 2
        List<TextSample> samples =
                List.of(new TextSample("kitten", List.of("sitting")), new TextSample("ab", List.of("ab")));
        assertThat(ErrorRate.CER.score(samples)).isCloseTo(3 / 9.0, within(NEAR));
        assertThat(ErrorRate.CER.tally(samples).sampleScores()).containsExactly(3 / 7.0, 0);
        assertThat(ErrorRate.WER.score(samples)).isEqualTo(0.5);
        assertThat(ErrorRate.WER.higherIsBetter()).isFalse();
    }

    @Test
    void wordErrorsCountInsertionsDeletionsAndSubstitutions() {
        // "the cat sat" -> "a cat sat down": one substitution, one deletion of 4 words
        assertThat(ErrorRate.WER.score("the  cat sat", List.of("a cat sat down")))
                .isEqualTo(0.5);
        // more errors than words
        assertThat(ErrorRate.WER.score("a b c", List.of("x"))).isEqualTo(3);
    }

    @Test
    void errorsAgainstAnEmptyReferenceCountOneEach() {
        assertThat(ErrorRate.CER.score("", List.of(""))).isZero();
        assertThat(ErrorRate.CER.score("abc", List.of(""))).isEqualTo(3);
    }

    @Test
    void errorRatesComposeAccentsAndKeepTheCase() {
        assertThat(ErrorRate.CER.score("e\u0301", List.of("\u00e9"))).isZero();
        assertThat(ErrorRate.CER.score("A", List.of("a"))).isEqualTo(1);
    }

    @Test
    void exactMatchIgnoresCaseAndRunsOfSpace() {
        assertThat(ExactMatch.CASE_AND_SPACE.score(" New\u00a0 York ", List.of("Boston", "new york")))
                .isEqualTo(1);
        assertThat(ExactMatch.CASE_AND_SPACE.score("New York.", List.of("new york")))
                .isZero();
    }

    @Test
    void exactMatchOfSquadIgnoresPunctuationAndArticles() {
        assertThat(ExactMatch.SQUAD.score("The U.S.A.!", List.of("usa"))).isEqualTo(1);
        assertThat(ExactMatch.SQUAD.score("theatre", List.of("atre"))).isZero();
    }
}
