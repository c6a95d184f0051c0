/**
 * Evaluation: a model's answers to a data set, its scores with confidence intervals, and the report that shows them.
 *
 * <p>{@link io.github.florence4j.evaluate.Evaluation#run} is the entry; all of it runs on the calling thread but the decoding
 * of images.
 */
@NullMarked
package io.github.florence4j.evaluate;

import org.jspecify.annotations.NullMarked;
