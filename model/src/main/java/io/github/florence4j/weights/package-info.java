/** Checkpoints: finding, checking, loading, counting and saving the weights of Florence-2 in both layouts. */
@NullMarked
package io.github.florence4j.weights;

import org.jspecify.annotations.NullMarked;
