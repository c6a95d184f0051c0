/**
 * The six typefaces that travel with the project and their glyphs as bitmaps. Outlines are read from the font files and filled
 * in plain Java, so that a glyph has the same bytes on every machine, whatever fonts and font libraries it has.
 */
@NullMarked
package io.github.florence4j.synth.type;

import org.jspecify.annotations.NullMarked;
