package io.github.florence4j.train;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Scopes;
import io.github.florence4j.torch.file.WeightFile;
import io.github.florence4j.torch.pickle.TorchZipFile;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import io.github.florence4j.weights.KeyLayout;
import io.github.florence4j.weights.TensorNames;
import io.github.florence4j.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Adapters in PEFT's files, {@code adapter_model.safetensors} and {@code adapter_config.json}, on the module names of
 * either layout (reference: {@code peft.PeftModel.save_pretrained} of PEFT 0.21). Tensors of the base that trained
 * themselves lie beside the adapters, as PEFT's {@code modules_to_save}.
 */
public final class LoraFiles {
    static final String TENSORS = "adapter_model.safetensors";

    private static final String PICKLED = "adapter_model.bin";
    private static final String PREFIX = "base_model.model.";

    private LoraFiles() {}

    /** As {@link #save(LoraAdapters, Path, String, KeyLayout)}, for a base in the transformers layout. */
    public static void save(LoraAdapters adapters, Path directory, String baseModel) throws IOException {
        save(adapters, directory, baseModel, KeyLayout.TRANSFORMERS);
    }

    /**
     * Saves adapters and what else trained; each file appears whole or not at all, the configuration last.
     *
     * @param directory made when it does not exist
     * @param baseModel the name or folder of the base, for PEFT's {@code base_model_name_or_path}
     * @param layout the layout of that base, whose module names PEFT will look for
     * @throws IllegalArgumentException when something that trained is no module in that layout: the image projection of
     *     the original one is a bare tensor, for which PEFT has no place
     */
    public static void save(LoraAdapters adapters, Path directory, String baseModel, KeyLayout layout)
            throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        adapters.adapterTensors().forEach((name, tensor) -> tensors.put(stored(name, layout), tensor));
        TreeSet<String> modules = new TreeSet<>();
        withTied(adapters.trainedBase()).forEach((name, tensor) -> {
            tensors.put(stored(name, layout), tensor);
            modules.add(owner(name, layout));
        });
        byte[] config =
                LoraConfig.write(adapters.options(), adapters.layers(), List.copyOf(modules), layout, baseModel);
        Files.createDirectories(directory);
        try (PointerScope scope = new PointerScope()) {
            tensors.replaceAll((name, tensor) -> tensor.detach());
            SafetensorsWriter.write(directory.resolve(TENSORS), tensors, Map.of("format", "pt"));
        }
        writeBeside(directory.resolve(LoraConfig.NAME), config);
    }

    /** PEFT keeps a copy for each module that shares the token table. */
    private static Map<String, Tensor> withTied(Map<String, Tensor> trained) {
        Map<String, Tensor> all = new LinkedHashMap<>(trained);
        Tensor table = trained.get(TensorNames.TOKEN_TABLE);
        if (table != null) {
            TensorNames.TIED.forEach(name -> all.put(name, table));
        }
        return all;
    }

    private static String stored(String name, KeyLayout layout) {
        String layer = name.replace(LoraAdapters.DOWN, "").replace(LoraAdapters.UP, "");
        boolean adapter = !layer.equals(name);
        return adapter
                ? PREFIX + moduleOf(layer, layout) + name.substring(layer.length())
                : PREFIX + owner(name, layout) + name.substring(name.lastIndexOf('.'));
    }

    /** The module that a tensor belongs to. */
    private static String owner(String name, KeyLayout layout) {
        return moduleOf(name.substring(0, name.lastIndexOf('.')), layout);
    }

    private static String moduleOf(String layer, KeyLayout layout) {
        return LoraLayers.module(layer, layout)
                .orElseThrow(() -> new IllegalArgumentException("an adapter of the original layout cannot hold " + layer
                        + ", which is no module there; expected a base in the transformers layout, or merged weights"));
    }

    private static void writeBeside(Path path, byte[] content) throws IOException {
        Path beside = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.write(beside, content);
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /**
     * Loads adapters that this class or PEFT saved, for a base of either layout.
     *
     * @param base borrowed; it must outlive the adapters
     * @throws IllegalArgumentException when they are of another kind or do not fit the base
     * @throws IOException when a file is missing or cannot be read
     */
    public static LoraAdapters load(Path directory, Weights base) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            LoraTensors tensors = read(directory);
            LoraOptions options = LoraConfig.read(directory, tensors.layers());
            TrainingWeights weights = TrainingWeights.replacing(base, tensors.replacements(base));
            try {
                return LoraAdapters.of(weights, options, tensors.adapters());
            } catch (RuntimeException e) {
                weights.close();
                throw e;
            }
        }
    }

    private static LoraTensors read(Path directory) throws IOException {
        try (WeightFile file = open(directory)) {
            Map<String, Tensor> stored = new LinkedHashMap<>();
            for (String name : file.tensors().keySet()) {
                if (!name.startsWith(PREFIX)) {
                    throw new IllegalArgumentException(
                            file.path() + " has a tensor " + name + "; expected names that begin with " + PREFIX);
                }
                stored.put(name.substring(PREFIX.length()), Scopes.keep(() -> file.read(name, DType.FLOAT32)));
            }
            return LoraTensors.of(file.path(), stored);
        }
    }

    private static WeightFile open(Path directory) throws IOException {
        Path pickled = directory.resolve(PICKLED);
        if (Files.isRegularFile(directory.resolve(TENSORS))) {
            return SafetensorsFile.open(directory.resolve(TENSORS));
        }
        if (Files.isRegularFile(pickled)) {
            return TorchZipFile.open(pickled);
        }
        throw new IllegalArgumentException(
                "there is no adapter in " + directory + "; expected " + LoraConfig.NAME + " and " + TENSORS);
    }
}
