package io.github.florence4j.examples;

import io.github.florence4j.Florence2;
import io.github.florence4j.image.RgbImage;
import io.github.florence4j.task.Task;
import java.io.IOException;
import java.nio.file.Path;

/** Reads a page, with the small model that travels along unless another one is named. Arguments: image, model. */
public final class ReadPage {
    private ReadPage() {}

    /** Runs the example. */
    public static void main(String[] args) throws IOException {
        try (Florence2 model = Florence2.load(args.length > 1 ? args[1] : "tiny")) {
            System.out.println(model.run(Task.OCR, RgbImage.read(Path.of(args[0]))));
        }
    }
}
