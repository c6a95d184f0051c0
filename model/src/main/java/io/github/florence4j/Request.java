package io.github.florence4j;

import io.github.florence4j.image.RgbImage;
import io.github.florence4j.task.Task;
import io.github.florence4j.task.TaskInput;

/**
 * One task to do on one image.
 *
 * @param task what to do
 * @param image the picture
 * @param input the words or regions that the task needs, if any
 * @param <R> the type of the answer
 */
public record Request<R>(Task<R> task, RgbImage image, TaskInput input) {
    /** A request for a task that needs nothing but the image. */
    public static <R> Request<R> of(Task<R> task, RgbImage image) {
        return new Request<>(task, image, TaskInput.none());
    }

    /** A request for a task that needs words. */
    public static <R> Request<R> of(Task<R> task, RgbImage image, String text) {
        return new Request<>(task, image, TaskInput.text(text));
    }
}
