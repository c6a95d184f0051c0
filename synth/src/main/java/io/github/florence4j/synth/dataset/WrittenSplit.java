package io.github.florence4j.synth.dataset;

import io.github.florence4j.synth.content.Split;

/**
 * What was written for a split.
 *
 * @param split which
 * @param documents pages
 * @param questions rows of the parquet or CSV files
 * @param examples lines of the JSON lines file
 * @param hash SHA-256 over what the pages say and where, in their order, in hexadecimal digits
 */
public record WrittenSplit(Split split, int documents, int questions, int examples, String hash) {}
