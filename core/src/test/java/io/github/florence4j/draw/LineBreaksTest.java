package io.github.florence4j.draw;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LineBreaksTest {
    private final Lettering lettering = Lettering.ofThisJvm().orElseThrow();

    @Test
    void breaksBetweenWordsAndKeepsThemAll() {
        Lettering.Lettered text = lettering.lines("one two three four five six seven eight nine ten", 20);
        List<String> lines = LineBreaks.of(text, 150, 100);

        assertThat(lines).hasSizeGreaterThan(2).allSatisfy(line -> assertThat(text.widthOf(line))
                .isLessThanOrEqualTo(150));
        assertThat(String.join(" ", lines)).isEqualTo(text.text());
    }

    @Test
    void keepsTheLineBreaksOfTheText() {
        assertThat(LineBreaks.of(lettering.lines("one\r\n\ntwo", 20), 500, 100)).containsExactly("one", "", "two");
    }

    @Test
    void breaksAWordThatIsTooLong() {
        List<String> lines = LineBreaks.of(lettering.line("W".repeat(50), 20), 100, 100);

        assertThat(lines).hasSizeGreaterThan(5);
        assertThat(String.join("", lines)).isEqualTo("W".repeat(50));
    }

    @Test
    void endsWithAnEllipsisWhatNeedsMoreLines() {
        Lettering.Lettered text = lettering.line("word ".repeat(100), 20);
        List<String> lines = LineBreaks.of(text, 150, 2);

        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).startsWith("word").endsWith("...");
        assertThat(text.widthOf(lines.get(1))).isLessThanOrEqualTo(150);
    }

    @Test
    void givesNoLineWhereNotEvenAnEllipsisFits() {
        assertThat(LineBreaks.of(lettering.line("word", 20), 3, 2)).isEmpty();
    }

    @Test
    void escapesCharactersThatNoFontHas() {
        String unassigned = new String(Character.toChars(0x10FFFD));
        assertThat(lettering.line("a" + unassigned + "b", 20).text()).isIn("a\\u{10FFFD}b", "a" + unassigned + "b");
        assertThat(lettering.line("a\uD83Db", 20).text()).isEqualTo("a\\u{D83D}b");
        assertThat(lettering.line("café\tau\nlait", 20).text()).isEqualTo("café au lait");
    }
}
