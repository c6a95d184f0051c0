package io.github.florence4j.task;

/**
 * One prompt for the model.
 *
 * @param task the task whose parser reads the answer
 * @param input what was put into the task's template: a phrase, location tokens, or nothing
 * @param text the words to encode
 */
public record Prompt(Task<?> task, String input, String text) {}
