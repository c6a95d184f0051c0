/** Synthetic documents as data sets: DocVQA's parquet, JSON lines for the reading tasks, and contact sheets to look at. */
@NullMarked
package io.github.florence4j.synth.dataset;

import org.jspecify.annotations.NullMarked;
