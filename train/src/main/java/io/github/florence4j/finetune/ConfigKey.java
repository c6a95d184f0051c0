package io.github.florence4j.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A key of the configuration. Its name is unique among all sections, so it is also the name of its flag.
 *
 * @param section the section of the file that it belongs to, empty for the top
 * @param name the key in kebab case
 * @param setting what it means
 * @param type the Java type of its value
 * @param standard its default
 */
public record ConfigKey(String section, String name, Setting setting, Class<?> type, JsonNode standard) {

    /** All keys, in the order of the file. */
    public static List<ConfigKey> all() {
        return in("", FineTuneConfig.class, ConfigFile.tree(FineTuneConfig.DEFAULTS));
    }

    /** Whether the value is a list. */
    public boolean isList() {
        return List.class.isAssignableFrom(type);
    }

    /** The default as it would be written, empty when there is none. */
    public String standardText() {
        if (standard.isNull()) {
            return "";
        }
        if (standard.isArray()) {
            List<String> items = new ArrayList<>();
            standard.forEach(item -> items.add(item.asText()));
            return String.join(" ", items);
        }
        return standard.asText();
    }

    private static List<ConfigKey> in(String section, Class<?> record, JsonNode defaults) {
        List<ConfigKey> keys = new ArrayList<>();
        for (RecordComponent component : Objects.requireNonNull(record.getRecordComponents())) {
            String name = kebab(component.getName());
            Setting setting = component.getAnnotation(Setting.class);
            if (setting == null) {
                keys.addAll(in(name, component.getType(), defaults.get(name)));
            } else {
                keys.add(new ConfigKey(section, name, setting, component.getType(), defaults.get(name)));
            }
        }
        return keys;
    }

    /** What may stand for the value where it is one of a few words, else nothing. */
    public List<String> choices() {
        if (!type.isEnum()) {
            return List.of();
        }
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static String kebab(String camel) {
        return camel.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }
}
