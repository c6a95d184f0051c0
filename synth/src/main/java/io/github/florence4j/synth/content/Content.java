package io.github.florence4j.synth.content;

import java.time.LocalDate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Draws what one document says, all of it admitted by one split, and keeps account of it. Not for concurrent use. */
public final class Content {
    private static final int MOST_DRAWS = 100_000;
    private static final int FIRST_YEAR = 1990;
    private static final int LAST_YEAR = 2035;
    private static final double INVENTED = 0.3;
    private static final String[] COMPANY_ENDS = {
        "Ltd", "Inc", "Co", "Works", "Foods", "Tools", "Books", "Media", "Labs", "Trading", "Supply", "Design", "Group"
    };
    private static final String[] HEADS = {
        "B", "Br", "C", "Ch", "D", "Dr", "F", "G", "Gr", "H", "J", "K", "Kl", "L", "M", "N", "P", "Qu", "R", "S", "Sh",
        "St", "T", "Tr", "V", "W", "Y", "Z"
    };
    private static final String[] VOWELS = {"a", "e", "i", "o", "u", "ai", "ea", "oo"};
    private static final String[] TAILS = {"", "l", "m", "n", "r", "s", "t", "ck", "ld", "nd", "rk", "x"};

    private final Rng rng;
    private final Split split;
    private final Set<String> used = new LinkedHashSet<>();

    /** The content of a document. */
    public Content(Rng rng, Split split) {
        this.rng = rng;
        this.split = split;
    }

    /** Everything drawn that belongs to one split alone: names, numbers, sentences. */
    public Set<String> used() {
        return used;
    }

    /** Draws until the split admits what is drawn, and notes it. */
    public <T> T admitted(Supplier<T> draws) {
        for (int i = 0; i < MOST_DRAWS; i++) {
            T drawn = draws.get();
            String letters = drawn instanceof Money money ? money.digits() : drawn.toString();
            if (split.admits(letters)) {
                used.add(letters);
                return drawn;
            }
        }
        throw new IllegalStateException("no value of the " + split + " split was drawn");
    }

    /** Notes a value that was computed, when the split admits it. */
    public boolean admits(String value) {
        if (split.admits(value)) {
            used.add(value);
            return true;
        }
        return false;
    }

    /** Different values of one kind. */
    public static List<String> distinct(int count, Supplier<String> draws) {
        return Stream.generate(draws).limit(MOST_DRAWS).distinct().limit(count).toList();
    }

    private String word(WordList list) {
        String word = rng.pick(list.of(split));
        used.add(word);
        return word;
    }

    /** A word that no language has, such as {@code Brandooked}. */
    public String inventedWord() {
        return admitted(() -> {
            StringBuilder word = new StringBuilder();
            for (int i = rng.between(1, 2); i >= 0; i--) {
                word.append(rng.pick(HEADS)).append(rng.pick(VOWELS)).append(rng.pick(TAILS));
            }
            String letters = word.toString().toLowerCase(Locale.ROOT);
            return Character.toUpperCase(letters.charAt(0)) + letters.substring(1);
        });
    }

    /** A first name. */
    public String firstName() {
        return word(WordList.FIRST_NAMES);
    }

    /** A last name, sometimes an invented one. */
    public String lastName() {
        return rng.chance(INVENTED) ? inventedWord() : word(WordList.LAST_NAMES);
    }

    /** A first and a last name. */
    public String person() {
        return firstName() + " " + lastName();
    }

    /** A company's name of two words. */
    public String company() {
        return (rng.chance(INVENTED) ? inventedWord() : word(WordList.COMPANY_STEMS)) + " " + rng.pick(COMPANY_ENDS);
    }

    /** A thing that is sold, in lower case. */
    public String product() {
        return word(WordList.PRODUCTS);
    }

    /** A food, in lower case. */
    public String food() {
        return word(WordList.FOODS);
    }

    /** A city. */
    public String city() {
        return word(WordList.CITIES);
    }

    /** A street with a number: {@code 12 Mill Lane}. */
    public String address() {
        return rng.between(1, 99) + " " + word(WordList.STREETS);
    }

    /** An occupation, in lower case. */
    public String job() {
        return word(WordList.JOBS);
    }

    /** Something to be done: {@code fix the roof}. */
    public String chore() {
        return word(WordList.CHORES);
    }

    /** What a letter is about: {@code Roof repair}. */
    public String subject() {
        return word(WordList.SUBJECTS);
    }

    /** A sentence of a letter. */
    public String sentence() {
        return word(WordList.SENTENCES);
    }

    /** What a club or an exhibition is about: {@code Wild flowers}. */
    public String topic() {
        return word(WordList.TOPICS);
    }

    /** An amount between two numbers of cents, often a round one. */
    public Money money(int from, int to) {
        int step = rng.pick(1, 5, 10, 50, 100);
        return admitted(() -> new Money(Math.max(from, (long) rng.between(from, to) / step * step)));
    }

    /** A number of that many digits, the first of which is not 0. Those of one or two digits belong to both splits. */
    public String number(int digits) {
        return digits < 3 ? digits(digits) : admitted(() -> digits(digits));
    }

    private String digits(int count) {
        StringBuilder number = new StringBuilder().append(rng.between(1, 9));
        while (number.length() < count) {
            number.append(rng.between(0, 9));
        }
        return number.toString();
    }

    /** A whole number in a range. */
    public int integer(int from, int to) {
        return admitted(() -> rng.between(from, to));
    }

    /** A date. */
    public LocalDate date() {
        return admitted(
                () -> LocalDate.of(rng.between(FIRST_YEAR, LAST_YEAR), 1, 1).plusDays(rng.between(0, 364)));
    }

    /** A time of the day: {@code 14:05}. */
    public String time() {
        return admitted(() -> String.format(Locale.ROOT, "%02d:%02d", rng.between(6, 22), rng.between(0, 59)));
    }
}
