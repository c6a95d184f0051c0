package io.github.florence4j.synth;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.Question;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Training and test documents have nothing in common that could be learned by heart. */
class SplitsTest {
    private static final int DOCUMENTS = 80;
    private static final Pattern NUMBER = Pattern.compile("\\d[\\d,.]*\\d");

    @Test
    void shareNoContents() throws Exception {
        Set<String> training = hashes(Split.TRAIN);
        Set<String> test = hashes(Split.TEST);
        assertThat(training).hasSizeGreaterThan(DOCUMENTS);
        assertThat(test).hasSizeGreaterThan(DOCUMENTS).doesNotContainAnyElementsOf(training);
    }

    private static Set<String> hashes(Split split) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Set<String> hashes = new HashSet<>();
        PageGenerator generator = new PageGenerator(PageSettings.DEFAULT.withSplit(split));
        for (DocumentKind kind : DocumentKind.values()) {
            for (int seed = 0; seed < DOCUMENTS; seed++) {
                Page page = generator.document(seed, kind, 256, 256);
                hashes.add(hash(digest, page.text()));
                for (String content : page.contents()) {
                    hashes.add(hash(digest, content.toLowerCase(Locale.ROOT)));
                }
            }
        }
        return hashes;
    }

    private static String hash(MessageDigest digest, String text) {
        return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void giveEveryNumberOfThreeDigitsAndMoreToOneSplitAlone() {
        for (Split split : Split.values()) {
            PageGenerator generator = new PageGenerator(PageSettings.DEFAULT.withSplit(split));
            for (int seed = 0; seed < DOCUMENTS; seed++) {
                Page page = generator.document(seed, DocumentKind.RECEIPT, 256, 256);
                NUMBER.matcher(page.text())
                        .results()
                        .map(match -> match.group().replace(",", ""))
                        .filter(number -> number.contains("."))
                        .forEach(amount -> assertThat(split.admits(amount))
                                .as("%s of %s", amount, split)
                                .isTrue());
            }
        }
    }

    @Test
    void askOnlyForWhatStandsOnThePageUnlessThingsAreCounted() {
        for (Split split : Split.values()) {
            PageGenerator generator = new PageGenerator(PageSettings.DEFAULT.withSplit(split));
            for (int size : new int[] {200, 256, 600}) {
                for (int seed = 0; seed < DOCUMENTS / 2; seed++) {
                    DocumentKind kind = DocumentKind.values()[seed % DocumentKind.values().length];
                    Page page = generator.document(seed, kind, size, size);
                    String text = page.text().replace('\n', ' ');
                    assertThat(page.questions()).hasSizeGreaterThanOrEqualTo(3);
                    for (Question question : page.questions()) {
                        assertThat(question.text()).endsWith("?");
                        if (!question.types().contains(Question.OTHERS)) {
                            assertThat(text)
                                    .as(question.text())
                                    .contains(question.answers().get(0));
                        }
                    }
                }
            }
        }
    }

    @Test
    void acceptAmountsWithAndWithoutCurrencyAndCommas() {
        PageGenerator generator = new PageGenerator(PageSettings.DEFAULT);
        Set<String> forms = new HashSet<>();
        for (int seed = 0; seed < DOCUMENTS; seed++) {
            generator.document(seed, DocumentKind.INVOICE, 256, 256).questions().stream()
                    .filter(question -> question.answers().get(0).contains("$"))
                    .forEach(question -> {
                        String shown = question.answers().get(0);
                        assertThat(question.answers())
                                .contains(shown.substring(1), shown.substring(1).replace(",", ""));
                        forms.addAll(question.answers());
                    });
        }
        assertThat(forms).anyMatch(form -> form.startsWith("$") && form.contains(","));
    }
}
