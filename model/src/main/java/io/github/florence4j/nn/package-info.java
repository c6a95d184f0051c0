/**
 * The layers of Florence-2, written beside the specification: DaViT vision tower, projector, BART encoder and decoder.
 *
 * <p>Shapes: {@code b} batch, {@code y x} grid, {@code s t} sequence, {@code h} heads, {@code d} head width, {@code c}
 * channels, {@code p} model width, {@code v} vocabulary. Methods borrow the tensors they are given; a returned tensor
 * belongs to the scope of the caller.
 */
@NullMarked
package io.github.florence4j.nn;

import org.jspecify.annotations.NullMarked;
