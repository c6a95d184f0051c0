package io.github.florence4j.synth.render;

import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.page.Effects;

/**
 * What happens to one page, drawn from the {@link Effects} that are allowed.
 *
 * @param paper tone of the paper, 0xRRGGBB
 * @param shade grey levels by which one side is darker than the other
 * @param shadeDirection where the darker side is, in radians
 * @param angle by which the page is turned clockwise, in radians
 * @param grain standard deviation of the noise in grey levels
 * @param specks dark and light specks for each million pixels
 * @param quality JPEG quality 1 to 100, or 0 for none
 */
public record Condition(
        int paper, double shade, double shadeDirection, double angle, double grain, double specks, int quality) {

    /** Draws the amounts for a page. */
    public static Condition draw(Rng rng, Effects effects) {
        double darkest = effects.paper().of(18, 40, 65);
        int tone = 255 - (int) rng.uniform(0, darkest);
        int warmth = (int) rng.uniform(0, effects.paper().of(8, 16, 28));
        double turn = Math.toRadians(effects.skew().of(0.8, 1.6, 3));
        int worst = 100 - (int) effects.jpeg().of(25, 50, 75);
        boolean compressed = rng.chance(0.5) && worst < 100;
        return new Condition(
                tone << 16 | (tone - warmth / 3) << 8 | (tone - warmth),
                rng.uniform(0, effects.paper().of(6, 14, 30)),
                rng.uniform(0, 2 * Math.PI),
                rng.uniform(-turn, turn),
                rng.uniform(0, effects.noise().of(3, 7, 14)),
                rng.uniform(0, effects.noise().of(50, 300, 1000)),
                compressed ? rng.between(worst, 95) : 0);
    }

    /** How far from the edges the content must stay so that turning does not cut it off, in pixels. */
    public int turningRoom(int width, int height) {
        return (int) Math.ceil(StrictMath.abs(StrictMath.sin(angle)) * Math.max(width, height) / 2);
    }
}
