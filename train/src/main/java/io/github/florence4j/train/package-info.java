/**
 * Fine-tuning: which tensors train, what a step adds up, how the optimizer moves them.
 *
 * <p>Shapes: {@code b} batch, {@code t} label tokens, {@code l} prompt tokens, {@code n} visual tokens, {@code y x} grid,
 * {@code c} channels, {@code p} model width, {@code v} vocabulary. All of it belongs on one platform thread: gradient
 * recording, autocast and the random generator are states of a thread or of the process.
 */
@NullMarked
package io.github.florence4j.train;

import org.jspecify.annotations.NullMarked;
