package io.github.florence4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected values: the formula of visualqa.org/evaluation.html and vqaEval.py, worked by hand. */
class VqaAccuracyTest {
    private static final double NEAR = 1e-12;

    /** Ten people: so many say the word, the others each something else. */
    private static List<String> people(int agreeing, String word) {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(i < agreeing ? word : "other" + i);
        }
        return answers;
    }

    @Test
    void isThePublishedTableOfAgreement() {
        // Leave one out of ten: 1 of 10 -> 9/10 * 1/3; 2 -> (2 * 1/3 + 8 * 2/3)/10; 3 -> (3 * 2/3 + 7)/10; 4 -> 1
        double[] expected = {0, 0.3, 0.6, 0.9, 1, 1};
        for (int agreeing = 0; agreeing < expected.length; agreeing++) {
            assertThat(VqaAccuracy.OFFICIAL.score("red", people(agreeing, "red")))
                    .isCloseTo(expected[agreeing], within(NEAR));
        }
    }

    @Test
    void normalisesOnlyWherePeopleDiffer() {
        assertThat(VqaAccuracy.OFFICIAL.score("Yes.", people(9, "yes"))).isEqualTo(1);
        assertThat(VqaAccuracy.OFFICIAL.score("Yes.", people(10, "yes"))).isZero();
        assertThat(VqaAccuracy.ALWAYS_NORMALIZED.score("Yes.", people(10, "yes")))
                .isEqualTo(1);
        assertThat(VqaAccuracy.OFFICIAL.score(" yes\n", people(10, "yes"))).isEqualTo(1);
    }

    @Test
    void normalisesAsTheScriptDoes() {
        assertThat(VqaAnswers.normalize("The two Dogs")).isEqualTo("2 dogs");
        assertThat(VqaAnswers.normalize("None")).isEqualTo("0");
        assertThat(VqaAnswers.normalize("black-and-white")).isEqualTo("black and white");
        assertThat(VqaAnswers.normalize("black - white")).isEqualTo("black white");
        assertThat(VqaAnswers.normalize("stop, look?")).isEqualTo("stop look");
        assertThat(VqaAnswers.normalize("1,000")).isEqualTo("1000");
        assertThat(VqaAnswers.normalize("1,000-2,000")).isEqualTo("10002000");
        assertThat(VqaAnswers.normalize("3.5")).isEqualTo("3.5");
        assertThat(VqaAnswers.normalize("mr. x.")).isEqualTo("mr x");
        assertThat(VqaAnswers.normalize("it is ...")).isEqualTo("it is");
        assertThat(VqaAnswers.normalize("u.s.a.")).isEqualTo("usa");
        assertThat(VqaAnswers.normalize(".".repeat(40) + "x")).isEqualTo(".".repeat(8) + "x");
    }

    @Test
    void restoresContractionsWithOneApostropheMissing() {
        assertThat(VqaAnswers.normalize("dont")).isEqualTo("don't");
        assertThat(VqaAnswers.normalize("Isnt that hers")).isEqualTo("isn't that hers");
        assertThat(VqaAnswers.normalize("couldn'tve couldnt've")).isEqualTo("couldn't've couldn't've");
        assertThat(VqaAnswers.normalize("yall'd've y'alld've y'all'dve")).isEqualTo("y'all'd've y'all'd've y'all'd've");
        assertThat(VqaAnswers.normalize("'ow'sat")).isEqualTo("'ow's'at");
        assertThat(VqaAnswers.normalize("twas")).isEqualTo("'twas");
        assertThat(VqaAnswers.normalize("somebody'd")).isEqualTo("somebodyd");
        // not in the script's table
        assertThat(VqaAnswers.normalize("its shed lets")).isEqualTo("its shed lets");
    }

    @Test
    void refusesTooFewPeople() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VqaAccuracy.OFFICIAL.score("a", List.of("a", "a", "a")))
                .withMessage("VQA accuracy needs the answers of at least 4 people, found 3; use exact match or ANLS"
                        + " instead");
    }
}
