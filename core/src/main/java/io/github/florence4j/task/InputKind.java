package io.github.florence4j.task;

/** What a task needs besides the image. */
public enum InputKind {
    /** Nothing. */
    NONE,
    /** Words: a caption, a phrase, a question. */
    TEXT,
    /** A {@link Region} of the image. */
    REGION
}
