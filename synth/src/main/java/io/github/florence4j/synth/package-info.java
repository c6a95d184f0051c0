/**
 * Synthetic documents, made from a seed: invoices, receipts, letters, forms, tables and lists, whose every character has a
 * known place. {@link io.github.florence4j.synth.PageGenerator} makes pages one at a time, as fast as a small model can be
 * trained on them; {@link io.github.florence4j.synth.dataset} writes them as data sets.
 */
@NullMarked
package io.github.florence4j.synth;

import org.jspecify.annotations.NullMarked;
