package io.github.florence4j;

import io.github.florence4j.result.Detections;

/**
 * A caption and where its phrases are: the answer of two tasks, one after the other.
 *
 * @param caption the caption
 * @param phrases its phrases with their boxes
 */
public record GroundedCaption(Answer<String> caption, Answer<Detections> phrases) {}
