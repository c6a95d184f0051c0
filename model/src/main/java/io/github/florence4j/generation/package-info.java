/**
 * Decoding: greedy, sampling and beam search over the decoder's next-token scores (specification 3.6; reference: {@code
 * GenerationMixin}).
 */
@NullMarked
package io.github.florence4j.generation;

import org.jspecify.annotations.NullMarked;
