package io.github.florence4j.synth.content;

import java.util.Locale;

/**
 * An amount.
 *
 * @param cents hundredths, not negative
 */
public record Money(long cents) {

    /** How documents write amounts. */
    public enum Form {
        /** {@code $1,204.50}. */
        DOLLAR_SIGN,
        /** {@code 1,204.50}. */
        PLAIN,
        /** {@code EUR 1,204.50}. */
        EURO,
        /** {@code 1,204.50 USD}. */
        DOLLARS
    }

    /** Refuses negative amounts. */
    public Money {
        if (cents < 0) {
            throw new IllegalArgumentException("an amount must not be negative, found " + cents + " cents");
        }
    }

    /** The digits with a point: {@code 1204.50}. */
    public String digits() {
        return cents / 100 + "." + cents % 100 / 10 + cents % 10;
    }

    /** The digits with commas between thousands: {@code 1,204.50}. */
    public String grouped() {
        return String.format(Locale.ROOT, "%,d", cents / 100) + "." + cents % 100 / 10 + cents % 10;
    }

    /** The amount as shown, accepted also without the currency and without commas. */
    public Value as(Form form) {
        String shown =
                switch (form) {
                    case DOLLAR_SIGN -> "$" + grouped();
                    case PLAIN -> grouped();
                    case EURO -> "EUR " + grouped();
                    case DOLLARS -> grouped() + " USD";
                };
        return Value.of(shown, grouped(), digits());
    }
}
