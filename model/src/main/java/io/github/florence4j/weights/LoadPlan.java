package io.github.florence4j.weights;

import io.github.florence4j.config.Florence2Config;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Shapes;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.file.TensorInfo;
import io.github.florence4j.weights.CheckpointFiles.Located;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What loading will read: one stored tensor for each transformers name, in the order of the model, and a report of
 * everything that does not fit (specification 4.3). Made from the files' directories alone, except where several stored
 * copies of the token table must be compared.
 */
record LoadPlan(KeyLayout layout, Florence2Config config, Map<String, Located> tensors, LoadReport report) {

    /** The plan for those files; refuses them when they do not fit the configuration, all differences in one message. */
    static LoadPlan fitting(CheckpointFiles files, Florence2Config stated, Path directory) throws IOException {
        LoadPlan plan = of(files, stated);
        if (!plan.report().fits()) {
            throw new InvalidWeightsException(plan.report().describe(directory.toString()));
        }
        return plan;
    }

    static LoadPlan of(CheckpointFiles files, Florence2Config stated) throws IOException {
        return new Planning(files, stated).plan();
    }

    /** The state while a plan is made: names not yet claimed, and findings so far. */
    private static final class Planning {
        private final KeyLayout layout;
        private final Florence2Config stated;
        private final Map<String, Located> extras;
        private final Map<String, Located> renamed = new LinkedHashMap<>();
        private final Map<String, String> storedNames = new LinkedHashMap<>();
        private final List<String> missing = new ArrayList<>();
        private final List<String> unexpected = new ArrayList<>();
        private final List<String> misshapen = new ArrayList<>();
        private final List<String> ignored = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();

        Planning(CheckpointFiles files, Florence2Config stated) {
            this.layout = KeyLayout.detect(files.tensors().keySet());
            this.stated = stated;
            this.extras = files.extras();
            files.tensors().forEach(this::rename);
        }

        private void rename(String storedName, Located located) {
            Optional<String> name = layout.toTransformers(storedName);
            if (storedName.endsWith("encoder.version") || storedName.endsWith("decoder.version")) {
                ignored.add(storedName);
            } else if (name.isEmpty()) {
                unexpected.add(storedName);
            } else {
                renamed.put(name.get(), located);
                storedNames.put(name.get(), storedName);
            }
        }

        LoadPlan plan() throws IOException {
            tie();
            Florence2Config config = withRealTables();
            Map<String, Located> tensors = new LinkedHashMap<>();
            ExpectedTensors.of(config).forEach((name, shape) -> expect(name, shape, tensors));
            Located bias = renamed.remove(TensorNames.LOGITS_BIAS);
            if (bias != null) {
                check(TensorNames.LOGITS_BIAS, List.of(1L, (long) config.text().vocabSize()), bias);
                tensors.put(TensorNames.LOGITS_BIAS, bias);
            }
            renamed.keySet().forEach(name -> unexpected.add(storedNames.get(name)));
            return new LoadPlan(
                    layout,
                    config,
                    Collections.unmodifiableMap(tensors),
                    new LoadReport(missing, unexpected, misshapen, ignored, warnings));
        }

        /** Makes the first stored copy of the token table the table, and the others duplicates of it. */
        private void tie() throws IOException {
            for (String name : TensorNames.TIED) {
                Located copy = renamed.remove(name);
                if (copy == null) {
                    continue;
                }
                Located table = renamed.get(TensorNames.TOKEN_TABLE);
                String storedName = storedNames.get(name);
                if (table == null) {
                    renamed.put(TensorNames.TOKEN_TABLE, copy);
                    storedNames.put(TensorNames.TOKEN_TABLE, storedName);
                } else {
                    ignored.add(storedName);
                    if (!equal(table, copy)) {
                        warnings.add(storedName + " differs from " + storedNames.get(TensorNames.TOKEN_TABLE)
                                + ", to which it is tied; the latter is used for both");
                    }
                }
            }
        }

        private static boolean equal(Located one, Located other) throws IOException {
            if (one.sameElements(other)) {
                return true;
            }
            TensorInfo info = one.info();
            if (!info.shape().equals(other.info().shape())
                    || info.dtype() != other.info().dtype()) {
                return false;
            }
            try (PointerScope scope = new PointerScope()) {
                Tensor left = one.file().read(info.name(), info.dtype());
                return left.equal(other.file().read(other.info().name(), info.dtype()));
            }
        }

        /** The 4,096-position checkpoints and padded vocabularies are told by their tensors, not by their names. */
        private Florence2Config withRealTables() {
            return stated.withTables(
                    rows(TensorNames.TOKEN_TABLE, 0, stated.text().vocabSize()),
                    rows(TensorNames.ENCODER_POSITIONS, 2, stated.text().maxPositionEmbeddings()));
        }

        private int rows(String name, int extra, int otherwise) {
            Located table = renamed.get(name);
            if (table == null || table.info().shape().size() != 2) {
                return otherwise;
            }
            long rows = table.info().shape().get(0) - extra;
            return rows > 0 && rows <= Integer.MAX_VALUE ? (int) rows : otherwise;
        }

        private void expect(String name, List<Long> shape, Map<String, Located> tensors) {
            Located located = renamed.remove(name);
            if (located != null) {
                check(name, shape, located);
                tensors.put(name, located);
            } else if (name.equals(TensorNames.FRAME_TABLE)) {
                warnings.add(inLayout(name) + " is missing; it was computed anew");
            } else {
                missing.add(inLayout(name));
            }
        }

        private void check(String name, List<Long> shape, Located located) {
            TensorInfo info = located.info();
            List<Long> expected = layout.transposes(name) ? List.of(shape.get(1), shape.get(0)) : shape;
            if (!info.shape().equals(expected)) {
                misshapen.add(
                        info.name() + " is " + Shapes.format(info.shape()) + "; expected " + Shapes.format(expected));
            } else if (!info.dtype().isFloatingPoint() && !extras.containsKey(name + PackedFormat.SCALE)) {
                misshapen.add(info.name() + " holds " + info.dtype() + "; expected " + DType.FLOAT32 + ", "
                        + DType.FLOAT16 + " or " + DType.BFLOAT16);
            }
        }

        private String inLayout(String name) {
            return layout.fromTransformers(name).orElse(name);
        }
    }
}
