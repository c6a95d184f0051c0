package io.github.florence4j.synth.render;

import java.awt.Shape;

/**
 * A filled shape.
 *
 * @param shape its outline in pixels
 * @param ink red, green, blue as 0xRRGGBB
 * @param part index of the part that it belongs to, -1 for mere decoration
 */
public record Figure(Shape shape, int ink, int part) {}
