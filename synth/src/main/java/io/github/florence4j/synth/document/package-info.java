/**
 * Documents: templates of each kind say what stands on a page; a sheet finds out what fits on the canvas, in letters that
 * stay legible, and where it goes.
 */
@NullMarked
package io.github.florence4j.synth.document;

import org.jspecify.annotations.NullMarked;
