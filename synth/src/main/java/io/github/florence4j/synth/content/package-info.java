/** What documents say: names, products, numbers, dates and sentences, drawn by seed and kept apart for training and test. */
@NullMarked
package io.github.florence4j.synth.content;

import org.jspecify.annotations.NullMarked;
