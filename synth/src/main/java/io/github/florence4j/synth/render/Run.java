package io.github.florence4j.synth.render;

import io.github.florence4j.synth.type.TypeSize;

/**
 * Text in one type.
 *
 * @param text words with single spaces between them
 * @param type the typeface and its size
 * @param x where the pen begins
 * @param baseline the row on which letters stand
 * @param ink red, green, blue as 0xRRGGBB
 * @param joined whether it continues the line of the run before it
 * @param row runs with the same number stand beside each other
 * @param part index of the part that it belongs to
 */
public record Run(String text, TypeSize type, double x, int baseline, int ink, boolean joined, int row, int part) {}
