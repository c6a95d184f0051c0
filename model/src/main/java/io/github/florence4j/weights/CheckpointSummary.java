package io.github.florence4j.weights;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Shapes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a checkpoint folder holds, told without loading it.
 *
 * @param layout the layout of its names
 * @param config its configuration, with the table sizes that the tensors really have
 * @param files its weight files
 * @param entries tensors stored in the files
 * @param bytes stored bytes of the tensors by element type; several names for the same bytes count once
 * @param parameters parameters of each part, buffers not counted and tied tensors counted once
 * @param tied names that stand for the token table
 * @param report how the tensors agree with the configuration
 */
public record CheckpointSummary(
        KeyLayout layout,
        Florence2Config config,
        List<Path> files,
        int entries,
        Map<DType, Long> bytes,
        Map<Part, Long> parameters,
        List<String> tied,
        LoadReport report) {

    /**
     * Reads the configuration and the files' directories.
     *
     * @throws io.github.florence4j.torch.file.InvalidWeightsException when there are no weights or a file is damaged;
     *     tensors that do not fit are only reported
     */
    public static CheckpointSummary read(Path directory) throws IOException {
        Florence2Config stated = Florence2Config.read(directory);
        try (CheckpointFiles files = CheckpointFiles.open(directory)) {
            LoadPlan plan = LoadPlan.of(files, stated);
            return new CheckpointSummary(
                    plan.layout(),
                    plan.config(),
                    files.paths(),
                    files.tensors().size() + files.extras().size(),
                    bytes(files),
                    parameters(plan.config()),
                    TensorNames.TIED,
                    plan.report());
        }
    }

    /** The parameters of each part that a configuration asks for. */
    public static Map<Part, Long> parameters(Florence2Config config) {
        Map<Part, Long> counts = new EnumMap<>(Part.class);
        ExpectedTensors.of(config).forEach((name, shape) -> {
            if (!TensorNames.isBuffer(name)) {
                counts.merge(Part.of(name), Shapes.count(shape), Long::sum);
            }
        });
        return Collections.unmodifiableMap(counts);
    }

    /** All parameters. */
    public long parameterCount() {
        return parameters.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Map<DType, Long> bytes(CheckpointFiles files) {
        Map<DType, Long> bytes = new TreeMap<>();
        Stream.concat(files.tensors().values().stream(), files.extras().values().stream())
                .map(located -> new Region(
                        located.file().path(),
                        located.info().dtype(),
                        located.info().begin(),
                        located.info().end()))
                .distinct()
                .forEach(region -> bytes.merge(region.dtype, region.end - region.begin, Long::sum));
        return Collections.unmodifiableMap(bytes);
    }

    private record Region(Path file, DType dtype, long begin, long end) {}
}
