package io.github.florence4j.synth.content;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The ways in which documents write dates. */
public enum DateForm {
    /** {@code 4 March 2024}. */
    LONG("d MMMM uuuu"),
    /** {@code March 4, 2024}. */
    AMERICAN("MMMM d, uuuu"),
    /** {@code 4 Mar 2024}. */
    SHORT("d MMM uuuu"),
    /** {@code 2024-03-04}. */
    ISO("uuuu-MM-dd"),
    /** {@code 03/04/2024}, the month first. */
    SLASHED("MM/dd/uuuu");

    private final DateTimeFormatter formatter;

    DateForm(String pattern) {
        formatter = DateTimeFormatter.ofPattern(pattern, Locale.US);
    }

    /** The date in this form; accepted also in the ISO form, or the long one if it is ISO already. */
    public Value of(LocalDate date) {
        DateForm other = this == ISO ? LONG : ISO;
        return Value.of(formatter.format(date), other.formatter.format(date));
    }
}
