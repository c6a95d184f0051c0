package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.parse.OutputParser;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code florence4j parse}: results from texts that were decoded elsewhere. */
@Command(
        name = "parse",
        description = "Reads what a model wrote: JSON lines {\"task\", \"text\", \"image_size\": [width, height]} in,"
                + " {\"result\"} out. A bad line gives {\"error\"} in its place, and exit code 1 at the end.",
        footer = {
            "",
            "Example:",
            "  echo '{\"task\": \"<OD>\", \"text\": \"</s><s>car<loc_1><loc_2><loc_3><loc_4></s>\","
                    + " \"image_size\": [640, 480]}' | florence4j parse"
        })
final class ParseCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Mixin
    private final ProfileOption profile = new ProfileOption();

    @Override
    public Integer call() throws IOException {
        Profile rules = profile.get();
        int refused = JsonLines.answer(JsonLines.input(), spec.commandLine().getOut(), line -> parse(line, rules));
        return refused == 0 ? 0 : 1;
    }

    private static ObjectNode parse(String line, Profile rules) {
        JsonNode json = JsonLines.read(line);
        Task<?> task = task(text(json, "task"));
        JsonNode size = json.path("image_size");
        if (size.size() != 2 || side(size.get(0)) < 1 || side(size.get(1)) < 1) {
            throw new IllegalArgumentException(
                    "image_size is " + size + "; expected [width, height] in pixels, at least 1 each");
        }
        JsonNode result = OutputParser.parse(text(json, "text"), task, side(size.get(0)), side(size.get(1)), rules)
                .result()
                .toJson(task.token());
        return JsonNodeFactory.instance.objectNode().set("result", result);
    }

    private static Task<?> task(String name) {
        try {
            return Task.parse(name);
        } catch (IllegalArgumentException e) {
            if (name.startsWith("<") && name.endsWith(">")) {
                return Task.custom(name); // as in the references, an unknown token's answer is text
            }
            throw e;
        }
    }

    private static String text(JsonNode json, String key) {
        JsonNode value = json.path(key);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(
                    "\"" + key + "\" is " + (value.isMissingNode() ? "missing" : value) + "; expected a string");
        }
        return value.asText();
    }

    private static int side(JsonNode value) {
        return value.canConvertToInt() && value.isIntegralNumber() ? value.asInt() : 0;
    }
}
