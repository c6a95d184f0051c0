package io.github.florence4j.finetune;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.github.florence4j.metrics.Levenshtein;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The YAML file of a run. Keys that it leaves out have the defaults of {@link FineTuneConfig#DEFAULTS}; keys that it does
 * not know are errors.
 *
 * <pre>{@code
 * model: microsoft/Florence-2-base-ft
 * output: runs/docvqa
 * data:
 *   train: docvqa:data/train*.parquet
 * training:
 *   freeze: [vision_tower]
 *   feature-cache: runs/features
 * optimizer:
 *   lr: 1e-6
 * }</pre>
 */
public final class ConfigFile {
    private static final ObjectMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .addModule(lowerCaseEnums())
            .build();

    private static final String STAGES = "stages";
    private static final String NAME = "name";
    private static final int TYPING_ERRORS = 3;

    private ConfigFile() {}

    /**
     * Reads a file that describes one run.
     *
     * @param flags values that replace those of the file, by key: one for a key, any number for a list
     * @throws IllegalArgumentException when a key is unknown or a value cannot be; the sentence names it
     */
    public static FineTuneConfig read(Path file, Map<String, List<String>> flags) throws IOException {
        List<FineTuneConfig> stages = readStages(file, flags);
        if (stages.size() > 1) {
            throw new IllegalArgumentException(file + " describes " + stages.size() + " stages; expected one run");
        }
        return stages.get(0);
    }

    /**
     * Reads a file that describes one run or several, one after the other. The stages are in a list {@value #STAGES}; each has
     * a {@value #NAME} and any of the keys, over those of the file. A stage writes to the folder of its name in the output
     * folder, and begins with the result of the one before it.
     *
     * @param flags values that replace those of all stages, by key
     * @throws IllegalArgumentException when a key is unknown or a value cannot be; the sentence names it
     */
    public static List<FineTuneConfig> readStages(Path file, Map<String, List<String>> flags) throws IOException {
        return stages(tree(file), flags, file.toString());
    }

    /** As {@link #readStages}, for keys that are read already; {@code file} is what messages call them. */
    public static List<FineTuneConfig> stages(ObjectNode given, Map<String, List<String>> flags, String file) {
        ObjectNode common = given.deepCopy();
        JsonNode stages = common.remove(STAGES);
        if (stages == null) {
            return List.of(of(common, flags, file));
        }
        if (!stages.isArray() || stages.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": " + STAGES + " is no list; expected {name, ...} for each stage");
        }
        List<FineTuneConfig> configs = new ArrayList<>();
        for (JsonNode stage : stages) {
            if (!stage.isObject() || !stage.path(NAME).isTextual()) {
                throw new IllegalArgumentException(file + ": a stage has no name; expected one to call its folder by");
            }
            ObjectNode own = stage.deepCopy();
            String name = own.remove(NAME).asText();
            ObjectNode tree = tree(FineTuneConfig.DEFAULTS);
            overlay(tree, common, file);
            overlay(tree, own, file + ", stage " + name);
            FineTuneConfig config = of(tree, flags, file + ", stage " + name);
            String model = configs.isEmpty()
                    ? config.model()
                    : configs.get(configs.size() - 1).output();
            String output = config.output().isEmpty()
                    ? ""
                    : Path.of(config.output(), name).toString();
            configs.add(config.withFolders(model, output));
        }
        return configs;
    }

    /** The keys of a file as a tree. */
    public static ObjectNode tree(Path file) throws IOException {
        JsonNode tree;
        try {
            tree = YAML.readTree(Files.readString(file));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + " is no YAML: " + firstLine(e.getOriginalMessage()), e);
        }
        if (tree.isMissingNode() || tree.isNull()) {
            return YAML.createObjectNode();
        }
        if (!tree.isObject()) {
            throw new IllegalArgumentException(file + " holds no keys; expected lines such as 'model: DIR'");
        }
        return (ObjectNode) tree;
    }

    /** The defaults with values by key. */
    public static FineTuneConfig of(Map<String, List<String>> flags) {
        return of(YAML.createObjectNode(), flags, "the configuration");
    }

    private static FineTuneConfig of(ObjectNode given, Map<String, List<String>> flags, String origin) {
        ObjectNode tree = tree(FineTuneConfig.DEFAULTS);
        overlay(tree, given, origin);
        List<ConfigKey> keys = ConfigKey.all();
        flags.forEach((name, values) -> {
            ConfigKey key = keys.stream()
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no key " + name));
            ObjectNode section = key.section().isEmpty() ? tree : (ObjectNode) tree.get(key.section());
            section.set(name, key.isList() ? list(values) : TextNode.valueOf(values.get(0)));
        });
        return bind(tree, origin);
    }

    private static ArrayNode list(List<String> values) {
        ArrayNode list = YAML.createArrayNode();
        values.stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .filter(item -> !item.isBlank())
                .forEach(list::add);
        return list;
    }

    /** Puts what is given over the defaults, section by section. */
    private static void overlay(ObjectNode defaults, ObjectNode given, String origin) {
        for (Map.Entry<String, JsonNode> entry : given.properties()) {
            String key = entry.getKey();
            JsonNode value = entry.getValue();
            JsonNode standard = defaults.get(key);
            if (standard == null) {
                throw unknown(key, defaults, origin);
            }
            if (standard instanceof ObjectNode section) {
                if (value.isNull()) {
                    continue; // a section without keys
                }
                if (!value.isObject()) {
                    throw new IllegalArgumentException(
                            origin + ": " + key + " is " + value + "; expected a section with keys");
                }
                overlay(section, (ObjectNode) value, origin);
            } else {
                defaults.set(key, value);
            }
        }
    }

    private static IllegalArgumentException unknown(String key, ObjectNode section, String origin) {
        TreeSet<String> known = new TreeSet<>();
        for (Iterator<String> names = section.fieldNames(); names.hasNext(); ) {
            known.add(names.next());
        }
        String elsewhere = ConfigKey.all().stream()
                .filter(other -> other.name().equals(key))
                .map(other -> other.section().isEmpty()
                        ? "; it belongs to the top"
                        : "; it belongs to the section " + other.section())
                .findFirst()
                .orElseGet(() -> nearest(key, known)
                        .map(near -> "; did you mean " + near + "?")
                        .orElse("; expected one of " + String.join(", ", known)));
        return new IllegalArgumentException(origin + ": unknown key " + key + elsewhere);
    }

    private static Optional<String> nearest(String key, Set<String> known) {
        return known.stream()
                .filter(name -> Levenshtein.ofCodePoints(name, key) <= TYPING_ERRORS)
                .min(Comparator.comparingInt(name -> Levenshtein.ofCodePoints(name, key)));
    }

    /** Values with keys in kebab case, over those of {@code defaults}. */
    public static <T extends Record> T bind(JsonNode given, T defaults, String origin) {
        ObjectNode tree = YAML.valueToTree(defaults);
        if (!given.isObject()) {
            throw new IllegalArgumentException(origin + " holds no keys");
        }
        overlay(tree, (ObjectNode) given, origin);
        @SuppressWarnings("unchecked") // the class of a T is a class of T
        Class<T> type = (Class<T>) defaults.getClass();
        return bind(tree, type, origin);
    }

    private static FineTuneConfig bind(ObjectNode tree, String origin) {
        return bind(tree, FineTuneConfig.class, origin);
    }

    private static <T> T bind(ObjectNode tree, Class<T> type, String origin) {
        try {
            return YAML.treeToValue(tree, type);
        } catch (InvalidFormatException e) {
            throw new IllegalArgumentException(
                    origin + ": " + key(e) + " is " + e.getValue() + "; expected " + expected(e.getTargetType()), e);
        } catch (JsonMappingException e) {
            Throwable cause = e.getCause();
            throw new IllegalArgumentException(
                    cause instanceof IllegalArgumentException
                            ? cause.getMessage()
                            : origin + ": " + key(e) + " cannot be read: " + firstLine(e.getOriginalMessage()),
                    e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(origin + ": " + firstLine(e.getOriginalMessage()), e);
        }
    }

    private static String key(JsonMappingException e) {
        return e.getPath().stream()
                .map(JsonMappingException.Reference::getFieldName)
                .filter(name -> name != null)
                .reduce((first, second) -> second)
                .orElse("a value");
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return "one of "
                    + String.join(
                            ", ",
                            Arrays.stream(type.getEnumConstants())
                                    .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                                    .toList());
        }
        if (type == boolean.class) {
            return "true or false";
        }
        return type == int.class || type == long.class ? "a whole number" : "a number";
    }

    /** The configuration as the tree of its keys. */
    static ObjectNode tree(FineTuneConfig config) {
        return YAML.valueToTree(config);
    }

    /** The configuration as a file would hold it, defaults included. */
    public static String write(FineTuneConfig config) {
        try {
            return YAML.writeValueAsString(config);
        } catch (JacksonException e) {
            throw new IllegalStateException("a configuration can always be written", e);
        }
    }

    /** A value as it would stand on a line of the file, for messages. */
    static String text(JsonNode value) {
        return value instanceof NullNode ? "nothing" : value.isValueNode() ? value.asText() : value.toString();
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse(message);
    }

    @SuppressWarnings({"rawtypes"}) // Jackson's serializers of enums have no type parameter to name
    private static SimpleModule lowerCaseEnums() {
        return new SimpleModule().addSerializer(Enum.class, new JsonSerializer<Enum>() {
            @Override
            public void serialize(Enum value, JsonGenerator generator, SerializerProvider provider) throws IOException {
                generator.writeString(value.name().toLowerCase(Locale.ROOT));
            }
        });
    }
}
