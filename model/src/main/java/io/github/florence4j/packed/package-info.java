/** Weights in the form in which they are computed with: packed once, when a model is loaded, in a chosen precision. */
@NullMarked
package io.github.florence4j.packed;

import org.jspecify.annotations.NullMarked;
