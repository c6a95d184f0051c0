package io.github.florence4j.synth.content;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The lists of words that travel with the project, each divided into what is for training and what is for test. */
enum WordList {
    FIRST_NAMES("\\s+"),
    LAST_NAMES("\\s+"),
    COMPANY_STEMS("\\s+"),
    PRODUCTS("\n"),
    FOODS("\n"),
    CITIES("\n"),
    STREETS("\n"),
    JOBS("\n"),
    CHORES("\n"),
    SUBJECTS("\n"),
    SENTENCES("\n"),
    TOPICS("\n");

    private final Map<Split, List<String>> words = new EnumMap<>(Split.class);

    WordList(String separator) {
        words.putAll(Stream.of(read(fileName()).split(separator))
                .filter(word -> !word.isBlank())
                .distinct()
                .collect(Collectors.groupingBy(Split::of)));
    }

    private String fileName() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    private static String read(String name) {
        String file = "/io/github/florence4j/synth/words/" + name + ".txt";
        try (InputStream in = Objects.requireNonNull(WordList.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the word list " + name + " of this jar cannot be read", e);
        }
    }

    /** The words of a split. */
    List<String> of(Split split) {
        return Objects.requireNonNull(words.get(split));
    }
}
