package io.github.florence4j.data;

/** Which of several accepted answers is trained. */
public enum AnswerChoice {
    /** The first one, as in the article. */
    FIRST,
    /** One drawn from seed and epoch, so that all are seen over the epochs. */
    DRAWN
}
