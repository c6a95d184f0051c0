package io.github.florence4j.examples;

import io.github.florence4j.Florence2;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.result.Detection;
import io.github.florence4j.result.Detections;
import io.github.florence4j.task.Task;
import java.io.IOException;
import java.nio.file.Path;

/** Says what a picture shows and where. Arguments: model (folder or hub id), image. */
public final class DescribeImage {
    private DescribeImage() {}

    /** Runs the example. */
    public static void main(String[] args) throws IOException {
        try (Florence2 model = Florence2.load(args[0])) {
            RgbImage image = RgbImage.read(Path.of(args[1]));
            System.out.println("caption: " + model.run(Task.CAPTION, image));
            Detections objects = model.run(Task.OBJECT_DETECTION, image);
            for (Detection object : objects.items()) {
                System.out.printf(
                        "%s at %s, sure to %.2f%n",
                        object.label(), object.box(), object.score().location().orElse(0));
            }
        }
    }
}
