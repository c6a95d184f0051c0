package io.github.florence4j.synth.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class ContentTest {

    @Test
    void drawsEvenlyAndTheSameForASeed() {
        assertThat(Rng.of(1).bits())
                .isEqualTo(Rng.of(1).bits())
                .isNotEqualTo(Rng.of(2).bits())
                .isNotEqualTo(Rng.of(1, 0).bits());
        int[] counts = new int[6];
        Rng rng = Rng.of(9);
        for (int i = 0; i < 60_000; i++) {
            counts[rng.between(1, 6) - 1]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(9_600, 10_400);
        }
    }

    @Test
    void hasWordsOfEachListForBothSplits() {
        for (WordList list : WordList.values()) {
            assertThat(list.of(Split.TEST)).as(list.name()).hasSizeGreaterThanOrEqualTo(6);
            assertThat(list.of(Split.TRAIN))
                    .as(list.name())
                    .hasSizeGreaterThan(2 * list.of(Split.TEST).size())
                    .doesNotContainAnyElementsOf(list.of(Split.TEST));
        }
    }

    @Test
    void acceptsDatesInTwoForms() {
        LocalDate date = LocalDate.of(2024, 3, 4);
        assertThat(DateForm.AMERICAN.of(date).accepted()).containsExactly("March 4, 2024", "2024-03-04");
        assertThat(DateForm.ISO.of(date).accepted()).containsExactly("2024-03-04", "4 March 2024");
        assertThat(DateForm.SLASHED.of(date).accepted()).containsExactly("03/04/2024", "2024-03-04");
    }

    @Test
    void acceptsAmountsInAllTheirForms() {
        Money money = new Money(120_450);
        assertThat(money.as(Money.Form.DOLLAR_SIGN).accepted()).containsExactly("$1,204.50", "1,204.50", "1204.50");
        assertThat(money.as(Money.Form.PLAIN).accepted()).containsExactly("1,204.50", "1204.50");
        assertThat(new Money(705).as(Money.Form.EURO).accepted()).containsExactly("EUR 7.05", "7.05");
    }
}
