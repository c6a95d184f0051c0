package io.github.florence4j.synth.page;

/**
 * What happens to a page between the printer and the file.
 *
 * @param paper tone and uneven light; none is white
 * @param skew the page turned by up to 0.8, 1.6 or 3 degrees
 * @param noise grain of up to 3, 7 or 14 grey levels, and specks
 * @param jpeg compression down to quality 75, 50 or 25, on every second page
 */
public record Effects(Strength paper, Strength skew, Strength noise, Strength jpeg) {
    /** Black, or a dark colour, on pure white. */
    public static final Effects NONE = all(Strength.NONE);

    /** All effects with the same strength. */
    public static Effects all(Strength strength) {
        return new Effects(strength, strength, strength, strength);
    }
}
