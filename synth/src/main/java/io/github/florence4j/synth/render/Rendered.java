package io.github.florence4j.synth.render;

import io.github.florence4j.synth.page.Line;
import io.github.florence4j.synth.page.Part;
import io.github.florence4j.synth.page.Raster;
import java.util.List;

/**
 * A drawn page.
 *
 * @param raster its pixels
 * @param lines its text in the order of the runs
 * @param parts its parts, by their indices
 */
public record Rendered(Raster raster, List<Line> lines, List<Part> parts) {}
