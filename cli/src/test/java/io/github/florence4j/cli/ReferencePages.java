package io.github.florence4j.cli;

import io.github.florence4j.data.SourceKind;
import io.github.florence4j.finetune.ConfigKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The pages of docs/reference, made from the command line's own descriptions and from the keys of the configuration. */
final class ReferencePages {
    private static final int WIDTH = 100;
    private static final String MADE = "<!-- Made from the code; `ReferencePagesTest` says how to make it again. -->\n";

    private ReferencePages() {}

    /** The pages by file name. */
    static Map<String, String> all() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("commands.md", commands(Main.commandLine()));
        pages.put("configuration.md", configuration());
        return pages;
    }

    private static String commands(CommandLine main) {
        StringBuilder page = new StringBuilder("# Commands\n\n" + MADE + "\n");
        page.append("| command | what it does |\n|---|---|\n");
        main.getSubcommands().forEach((name, command) -> page.append("| [`")
                .append(name)
                .append("`](#florence4j-")
                .append(name)
                .append(") | ")
                .append(String.join(" ", command.getCommandSpec().usageMessage().description()))
                .append(" |\n"));
        page.append(
                        "\n`--help` shows this of any command, `--version` the versions, and `--verbose` what happens and the stack")
                .append(" traces of failures.\n");
        main.getSubcommands().values().forEach(command -> add(page, command));
        return page.toString();
    }

    private static void add(StringBuilder page, CommandLine command) {
        command.setUsageHelpAutoWidth(false);
        command.setUsageHelpWidth(WIDTH);
        page.append("\n## ").append(command.getCommandSpec().qualifiedName()).append("\n\n```text\n");
        command.getUsageMessage(Ansi.OFF).lines().forEach(line -> page.append(line.stripTrailing())
                .append('\n'));
        page.append("```\n");
        command.getSubcommands().values().forEach(inner -> add(page, inner));
    }

    private static String configuration() {
        StringBuilder page = new StringBuilder("# Configuration of fine-tuning\n\n" + MADE + "\n");
        page.append("Each key may stand in the YAML file that `--config` names, in its section, and each is a flag of")
                .append(" `florence4j finetune`\nas well: `--lr 1e-5`. Flags come first. Unknown keys are errors.\n");
        Map<String, List<ConfigKey>> sections = ConfigKey.all().stream()
                .collect(Collectors.groupingBy(ConfigKey::section, LinkedHashMap::new, Collectors.toList()));
        sections.forEach((section, keys) -> {
            page.append("\n## ")
                    .append(section.isEmpty() ? "Top" : "`" + section + "`")
                    .append("\n\n");
            page.append("| key | value | default | meaning |\n|---|---|---|---|\n");
            keys.forEach(key -> page.append("| `")
                    .append(key.name())
                    .append("` | ")
                    .append(value(key))
                    .append(" | ")
                    .append(key.standardText().isEmpty() ? "" : "`" + key.standardText() + "`")
                    .append(" | ")
                    .append(cell(key.setting().value()))
                    .append(" |\n"));
        });
        page.append(
                        "\nA file with `stages`, a list of `{name, ...}` with keys of these sections each, makes runs that follow one")
                .append(
                        "\nanother: each begins with the model of the one before, and has a folder of its name in `output`.\n");
        page.append(
                        "\n## Sources of data\n\n`KIND:PATH?option=value&option=value`; the kind may be left out where the path")
                .append(" says it.\n\n| kind | prompt | options |\n|---|---|---|\n");
        for (SourceKind kind : SourceKind.values()) {
            page.append("| `")
                    .append(kind)
                    .append("` | ")
                    .append(kind.template().isEmpty() ? "" : "`" + kind.template() + "`")
                    .append(" | ")
                    .append(new TreeSet<>(kind.options())
                            .stream().map(option -> "`" + option + "`").collect(Collectors.joining(", ")))
                    .append(" |\n");
        }
        return page.toString();
    }

    private static String value(ConfigKey key) {
        String value = key.choices().isEmpty()
                ? "`" + key.setting().label() + "`"
                : key.choices().stream().map(choice -> "`" + choice + "`").collect(Collectors.joining(", "));
        return (key.isList() ? value + ", any number" : value).replace("|", "\\|");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }
}
