package io.github.florence4j.cli;

import io.github.florence4j.Request;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Prompt;
import io.github.florence4j.task.Region;
import io.github.florence4j.task.Task;
import io.github.florence4j.task.TaskInput;

/**
 * One question that is put to every image: it makes exactly one prompt.
 *
 * @param task the task
 * @param input its one phrase, caption or region, if it takes any
 * @param name what its pictures are called: the task, numbered when it is asked several times
 */
record Job(Task<?> task, TaskInput input, String name) {

    /** The prompt for an image of this size in pixels. */
    Prompt prompt(int width, int height, Profile profile) {
        return task.prompts(input, width, height, profile).get(0);
    }

    /** Whether the prompt is the same for images of any size. */
    boolean isSizeFree() {
        return !(input instanceof TaskInput.Regions places
                && places.regions().stream().anyMatch(region -> !(region instanceof Region.Bins)));
    }

    /** The request for an image. */
    Request<?> on(RgbImage image) {
        return new Request<>(task, image, input);
    }
}
