/**
 * What a training run leaves for people to read: its log as JSON lines and as TensorBoard events, curves and histograms as
 * PNG and SVG, and the model card.
 */
@NullMarked
package io.github.florence4j.report;

import org.jspecify.annotations.NullMarked;
