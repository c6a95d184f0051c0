/**
 * Measures of how good answers are, each by its published definition: ANLS, exact match, VQA accuracy, CER, WER, BLEU-4,
 * ROUGE-L, CIDEr-D, COCO average precision, grounding accuracy and mask IoU, with bootstrap confidence intervals.
 */
@NullMarked
package io.github.florence4j.metrics;

import org.jspecify.annotations.NullMarked;
