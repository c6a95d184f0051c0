package io.github.florence4j.train;

import io.github.florence4j.data.Batch;
import io.github.florence4j.data.Example;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Shapes;
import io.github.florence4j.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The tensors of examples that go through the model together; they belong to the scope that was open when it was made.
 *
 * @param image the pictures
 * @param promptIds {@code (b, l)}, padded on the right
 * @param promptLengths the true length of each prompt; padding behind it is hidden from attention
 * @param labels {@code (b, t)}, {@link io.github.florence4j.nn.Targets#IGNORED} where there is no loss
 */
public record TrainingBatch(ImageInput image, Tensor promptIds, int[] promptLengths, Tensor labels) {
    /** Checks that all tensors have as many rows as there are prompts. */
    public TrainingBatch {
        for (Tensor tensor : List.of(image.tensor(), promptIds, labels)) {
            if (tensor.size(0) != promptLengths.length) {
                throw new IllegalArgumentException("a tensor of shape " + Shapes.format(Shapes.of(tensor))
                        + " is in a batch of " + promptLengths.length + " prompts; expected as many rows");
            }
        }
    }

    /** The batch of examples whose pictures are {@code image}. */
    public static TrainingBatch of(Batch batch, ImageInput image, Device device) {
        int[] lengths = batch.examples().stream()
                .mapToInt(example -> example.promptIds().length)
                .toArray();
        return new TrainingBatch(
                image,
                Tensors.ofLongs(device, batch.promptIds()).view(batch.size(), batch.promptLength()),
                lengths,
                Tensors.ofLongs(device, batch.labels()).view(batch.size(), batch.labelLength()));
    }

    /** The number of examples. */
    public int size() {
        return promptLengths.length;
    }

    /** The {@code count} examples from {@code first} on, without padding that none of their prompts needs; views of this. */
    TrainingBatch rows(int first, int count) {
        int[] lengths = Arrays.copyOfRange(promptLengths, first, first + count);
        int longest = Arrays.stream(lengths).max().orElseThrow();
        return new TrainingBatch(
                new ImageInput(image.stage(), image.tensor().narrow(0, first, count)),
                promptIds.narrow(0, first, count).narrow(1, 0, longest),
                lengths,
                labels.narrow(0, first, count));
    }

    /**
     * The pictures {@code (b, 3, height, width)} of examples that were loaded with their pixel values.
     *
     * @throws IllegalArgumentException when an example has none, or not as many as the size says
     */
    public static ImageInput pixels(Batch batch, int height, int width, Device device) {
        int count = 3 * height * width;
        Tensor host = torch.empty(batch.size(), 3, height, width);
        FloatPointer values = new FloatPointer(host.data_ptr());
        for (int row = 0; row < batch.size(); row++) {
            Example example = batch.examples().get(row);
            float[] pixels = example.pixelValues();
            if (pixels == null || pixels.length != count) {
                throw new IllegalArgumentException("example " + example.id() + " has "
                        + (pixels == null ? "no" : pixels.length) + " pixel values; expected " + count);
            }
            values.position((long) row * count).put(pixels);
        }
        return new ImageInput(
                ImageInput.Stage.PIXELS, device.is_cpu() ? host : host.to(device, DType.FLOAT32.scalarType()));
    }
}
