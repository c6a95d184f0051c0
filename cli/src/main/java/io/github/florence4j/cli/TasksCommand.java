package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.florence4j.task.Task;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code florence4j tasks}: what can be asked. */
@Command(
        name = "tasks",
        description = "Lists the tasks; --task takes the token, with or without <>, or the name.",
        footer = {"", "Examples:", "  florence4j tasks", "  florence4j tasks --json"})
final class TasksCommand implements Callable<Integer> {
    private static final String ROW = "%-39s %-27s %-7s %-25s %s";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Option(names = "--json", description = "Print a JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(asJson().toPrettyString());
            return 0;
        }
        out.println(String.format(ROW, "TOKEN", "NAME", "NEEDS", "RESULT", "DESCRIPTION"));
        for (Task<?> task : Task.values()) {
            out.println(String.format(
                    ROW,
                    task.token(),
                    task.commandName(),
                    needs(task).replace("none", "-"),
                    result(task),
                    task.description()));
        }
        return 0;
    }

    private static ArrayNode asJson() {
        ArrayNode tasks = JsonNodeFactory.instance.arrayNode();
        for (Task<?> task : Task.values()) {
            tasks.addObject()
                    .put("token", task.token())
                    .put("name", task.commandName())
                    .put("needs", needs(task))
                    .put("result", result(task))
                    .put("prompt", task.template())
                    .put("description", task.description());
        }
        return tasks;
    }

    private static String needs(Task<?> task) {
        return task.inputKind().name().toLowerCase(Locale.ROOT);
    }

    private static String result(Task<?> task) {
        return task.resultType() == String.class
                ? "text"
                : task.resultType()
                        .getSimpleName()
                        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                        .toLowerCase(Locale.ROOT);
    }
}
