package io.github.florence4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Expected values: sacrebleu's corpus BLEU, nltk's word tokenizer, ROUGE-L and CIDEr-D from their formulas (see
 * tools/make_metric_cases.py), Papineni et al. 2002, and hand-worked ones.
 */
class CaptionMetricsTest {
    private static final double NEAR = 1e-9;

    private static List<TextSample> samples(JsonNode set) {
        List<String> captions = Cases.texts(set.get("captions"));
        List<JsonNode> references = Cases.items(set.get("references"));
        List<TextSample> samples = new ArrayList<>();
        for (int i = 0; i < captions.size(); i++) {
            samples.add(new TextSample(captions.get(i), Cases.texts(references.get(i))));
        }
        return samples;
    }

    private static double[] numbers(JsonNode array) {
        return Cases.items(array).stream().mapToDouble(JsonNode::asDouble).toArray();
    }

    @Test
    void bleuAgreesWithSacrebleuOnRandomSets() {
        for (JsonNode set : Cases.of("caption-cases.json")) {
            assertThat(new Bleu(4).score(samples(set)))
                    .as(set.toString())
                    .isCloseTo(set.get("bleu4").asDouble(), within(NEAR));
        }
    }

    @Test
    void rougeAgreesWithItsFormulaOnRandomSets() {
        for (JsonNode set : Cases.of("caption-cases.json")) {
            assertThat(new RougeL().tally(samples(set)).sampleScores())
                    .as(set.toString())
                    .containsExactly(numbers(set.get("rougeL")), within(NEAR));
        }
    }

    @Test
    void ciderAgreesWithItsFormulaOnRandomSets() {
        for (JsonNode set : Cases.of("caption-cases.json")) {
            assertThat(new CiderD().tally(samples(set)).sampleScores())
                    .as(set.toString())
                    .containsExactly(numbers(set.get("ciderD")), within(NEAR));
        }
    }

    @Test
    void tokensAgreeWithNltkOnPlainCaptions() {
        for (JsonNode sample : Cases.of("token-cases.json")) {
            assertThat(CaptionTokens.of(sample.get("caption").asText()))
                    .as(sample.get("caption").asText())
                    .isEqualTo(Cases.texts(sample.get("tokens")));
        }
    }

    @Test
    void bracketsStayBecauseTheReferenceListsThemInCapitals() {
        assertThat(CaptionTokens.of("A sign (red) \u2013 it\u2019s Mr. Smith's \u201cshop\u201d\u2026"))
                .containsExactly("a", "sign", "-lrb-", "red", "-rrb-", "it", "'s", "mr.", "smith", "'s", "shop");
    }

    @Test
    void bleuClipsRepeatedWords() {
        // Papineni et al. 2002, section 2.1: "the" seven times, modified unigram precision 2/7
        List<TextSample> samples = List.of(new TextSample(
                "the the the the the the the", List.of("the cat is on the mat", "there is a cat on the mat")));
        assertThat(new Bleu(1).score(samples)).isCloseTo(2 / 7.0, within(NEAR));
    }

    @Test
    void bleuPenalisesShortCaptionsByTheClosestReference() {
        // all 4 words right, references of 6 and 2 words are equally close: the shorter one, no penalty
        assertThat(new Bleu(1).score(List.of(new TextSample("a b c d", List.of("a b c d e f", "a b")))))
                .isCloseTo(1, within(NEAR));
        // only 6 words: exp(1 - 6/4)
        assertThat(new Bleu(1).score(List.of(new TextSample("a b c d", List.of("a b c d e f")))))
                .isCloseTo(Math.exp(-0.5), within(NEAR));
    }

    @Test
    void rougeOfAHandWorkedPair() {
        // common subsequence "police the gunman" (Lin 2004, section 3.1, S2 and S1): P = R = 3/4, so F = 3/4
        assertThat(new RougeL().score("police kill the gunman", List.of("police killed the gunman")))
                .isCloseTo(0.75, within(NEAR));
        // P = 2/2, R = 2/4: 2.44 * 0.5 / (0.5 + 1.44)
        assertThat(new RougeL().score("the gunman", List.of("police killed the gunman")))
                .isCloseTo(1.22 / 1.94, within(NEAR));
    }

    @Test
    void ciderOfOneImageIsZero() {
        assertThat(new CiderD().score(List.of(new TextSample("a dog runs fast", List.of("a dog runs fast")))))
                .isZero();
    }

    @Test
    void ciderOfPerfectDistinctCaptionsIsTen() {
        List<TextSample> samples = List.of(
                new TextSample("a dog runs fast", List.of("a dog runs fast")),
                new TextSample("two cats sleep here", List.of("two cats sleep here")));
        assertThat(new CiderD().score(samples)).isCloseTo(10, within(NEAR));
    }

    @Test
    void emptyCaptionsScoreZero() {
        List<TextSample> samples = List.of(
                new TextSample("", List.of("a dog runs fast")), new TextSample(".", List.of("two cats sleep here")));
        assertThat(new Bleu(4).score(samples)).isCloseTo(0, within(NEAR));
        assertThat(new RougeL().score(samples)).isZero();
        assertThat(new CiderD().score(samples)).isZero();
    }
}
