package io.github.florence4j.pretrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.NoGrad;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import io.github.florence4j.train.AdamW;
import io.github.florence4j.weights.CheckpointWriter;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What a warm-up leaves in its folder: one file with all that resuming needs, replaced as a whole, and in the end the model.
 */
final class WarmUpFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STATE = "state.safetensors";
    private static final String PROGRESS = "progress";
    private static final String OPTIMIZER = "optimizer.";
    private static final String OUTCOME = "outcome.json";

    private final Path folder;

    WarmUpFolder(Path folder) {
        this.folder = folder;
    }

    /** Where a warm-up is: steps done and seconds spent. */
    record Progress(long step, double seconds) {
        Progress after(double more) {
            return new Progress(step + 1, seconds + more);
        }
    }

    /** Whether a warm-up is over and its model written. */
    static boolean isFinished(Path folder) {
        return Files.isRegularFile(folder.resolve(OUTCOME));
    }

    void save(Map<String, Tensor> parameters, AdamW optimizer, Progress progress) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>(parameters);
        optimizer.state().forEach((name, tensor) -> tensors.put(OPTIMIZER + name, tensor));
        SafetensorsWriter.write(folder.resolve(STATE), tensors, Map.of(PROGRESS, JSON.writeValueAsString(progress)));
    }

    /** Puts everything back to where it was saved. */
    Progress restore(Map<String, Tensor> parameters, AdamW optimizer) throws IOException {
        Path state = folder.resolve(STATE);
        if (!Files.exists(state)) {
            return new Progress(0, 0);
        }
        try (NoGrad noGrad = new NoGrad();
                PointerScope scope = new PointerScope();
                SafetensorsFile file = SafetensorsFile.open(state)) {
            Map<String, Tensor> moments = new LinkedHashMap<>();
            for (String name : file.tensors().keySet()) {
                Tensor saved = file.read(name, DType.FLOAT32);
                Tensor parameter = parameters.get(name);
                if (name.startsWith(OPTIMIZER)) {
                    moments.put(name.substring(OPTIMIZER.length()), saved);
                } else if (parameter != null) {
                    parameter.copy_(saved);
                } else {
                    throw new IOException(state + " holds " + name + ", which this model has not");
                }
            }
            optimizer.restore(moments);
            return JSON.readValue(file.metadata().get(PROGRESS), Progress.class);
        }
    }

    /** Writes the model, and last that it is there. */
    void finish(Weights weights, Florence2Config config, Path model) throws IOException {
        CheckpointWriter.save(weights, config, KeyLayout.TRANSFORMERS, DType.FLOAT32, folder);
        CheckpointWriter.copyProcessorFiles(model, folder);
        Files.writeString(folder.resolve(OUTCOME), "{\"end\": \"finished\"}\n");
    }
}
