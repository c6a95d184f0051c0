/**
 * Data for training and evaluation: readers that stream samples from files, mixtures of them, checks, and the loader that
 * turns samples into batches in an order fixed by seed and epoch.
 */
@NullMarked
package io.github.florence4j.data;

import org.jspecify.annotations.NullMarked;
