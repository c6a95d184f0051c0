package io.github.florence4j.train;

import io.github.florence4j.data.Batch;
import io.github.florence4j.data.Example;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Shapes;
import io.github.florence4j.torch.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        if (image.examples() != promptLengths.length) {
            throw new IllegalArgumentException("pictures of " + image.examples() + " examples are in a batch of "
                    + promptLengths.length + " prompts; expected as many");
        }
        for (Tensor tensor : List.of(promptIds, labels)) {
            if (tensor.size(0) != promptLengths.length) {
                throw new IllegalArgumentException("a tensor of shape " + Shapes.format(Shapes.of(tensor))
                        + " is in a batch of " + promptLengths.length + " prompts; expected as many rows");
            }
        }
    }

    /** The same with other pictures. */
    TrainingBatch with(ImageInput other) {
        return new TrainingBatch(other, promptIds, promptLengths, labels);
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
        if (count == size()) {
            return this;
        }
        int[] lengths = Arrays.copyOfRange(promptLengths, first, first + count);
        int longest = Arrays.stream(lengths).max().orElseThrow();
        return new TrainingBatch(
                image.narrow(first, count),
                promptIds.narrow(0, first, count).narrow(1, 0, longest),
                lengths,
                labels.narrow(0, first, count));
    }

    /**
     * The pictures {@code (b, 3, height, width)} of examples that were loaded with their pixel values. A picture that several
     * examples have is there once.
     *
     * @throws IllegalArgumentException when an example has none, or not as many as the size says
     */
    public static ImageInput pixels(Batch batch, int height, int width, Device device) {
        int count = 3 * height * width;
        Map<String, Example> pictures = new LinkedHashMap<>();
        batch.examples().forEach(example -> pictures.putIfAbsent(example.imageHash(), example));
        Tensor host = torch.empty(pictures.size(), 3, height, width);
        FloatPointer values = new FloatPointer(host.data_ptr());
        long row = 0;
        for (Example example : pictures.values()) {
            float[] pixels = example.pixelValues();
            if (pixels == null || pixels.length != count) {
                throw new IllegalArgumentException("example " + example.id() + " has "
                        + (pixels == null ? "no" : pixels.length) + " pixel values; expected " + count);
            }
            values.position(row++ * count).put(pixels);
        }
        return new ImageInput(
                ImageInput.Stage.PIXELS,
                device.is_cpu() ? host : host.to(device, DType.FLOAT32.scalarType()),
                pictures.size() == batch.size() ? null : rows(batch, List.copyOf(pictures.keySet()), device));
    }

    private static Tensor rows(Batch batch, List<String> pictures, Device device) {
        return Tensors.ofLongs(
                device,
                batch.examples().stream()
                        .mapToLong(example -> pictures.indexOf(example.imageHash()))
                        .toArray());
    }
}
