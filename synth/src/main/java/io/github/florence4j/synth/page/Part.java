package io.github.florence4j.synth.page;

import io.github.florence4j.result.Box;

/**
 * A part of a page's layout.
 *
 * @param kind what it is
 * @param box the upright box around its lines and drawings
 */
public record Part(PartKind kind, Box box) {}
