package io.github.florence4j.cli;

import io.github.florence4j.finetune.ConfigKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The flags of {@code finetune}: one for each key of the configuration, in the groups of its sections. */
final class FineTuneOptions implements IModelTransformer {

    @Override
    public CommandSpec transform(CommandSpec command) {
        Map<String, List<ConfigKey>> sections = new LinkedHashMap<>();
        ConfigKey.all().forEach(key -> sections.computeIfAbsent(key.section(), section -> new ArrayList<>())
                .add(key));
        sections.forEach((section, keys) -> {
            if (section.isEmpty()) {
                keys.forEach(key -> command.addOption(option(key)));
            } else {
                ArgGroupSpec.Builder group =
                        ArgGroupSpec.builder().validate(false).heading("%n" + heading(section) + "%n");
                keys.forEach(key -> group.addArg(option(key)));
                command.addArgGroup(group.build());
            }
        });
        return command;
    }

    private static OptionSpec option(ConfigKey key) {
        String standard = key.standardText();
        OptionSpec.Builder option = OptionSpec.builder("--" + key.name())
                .paramLabel(key.setting().label())
                .description(escape(key.setting().value() + (standard.isEmpty() ? "" : " Default: " + standard + ".")));
        if (key.isList()) {
            option.type(List.class).auxiliaryTypes(String.class).arity("1..*");
        } else {
            option.type(String.class);
        }
        if (key.name().equals("model")) {
            option.names("-m", "--model");
        }
        if (key.name().equals("output")) {
            option.names("-o", "--output");
        }
        return option.build();
    }

    private static String heading(String section) {
        return section.substring(0, 1).toUpperCase(Locale.ROOT) + section.substring(1) + ":";
    }

    /** Text for picocli, which formats descriptions. */
    private static String escape(String text) {
        return text.replace("%", "%%").replace("@|", "@ |");
    }

    /** The values of the flags that were given, by key. */
    static Map<String, List<String>> given(ParseResult parsed) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (ConfigKey key : ConfigKey.all()) {
            String flag = "--" + key.name();
            if (parsed.hasMatchedOption(flag)) {
                values.put(
                        key.name(),
                        key.isList()
                                ? parsed.matchedOptionValue(flag, List.of())
                                : List.of(parsed.matchedOptionValue(flag, "")));
            }
        }
        return values;
    }
}
