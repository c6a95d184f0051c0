package io.github.florence4j.synth.page;

import io.github.florence4j.result.Box;

/**
 * One character of a page.
 *
 * @param character printable ASCII, not a space
 * @param box the pixels that have its ink; on a turned page the upright box around them
 */
public record Glyph(char character, Box box) {}
