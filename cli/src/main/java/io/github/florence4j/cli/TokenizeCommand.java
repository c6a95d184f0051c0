package io.github.florence4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.florence4j.text.Florence2Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code florence4j tokenize}: texts to ids and back. */
@Command(
        name = "tokenize",
        description = "Texts in, ids out as JSON arrays, one a line: the arguments, or the lines of standard input.",
        footer = {
            "",
            "Examples:",
            "  florence4j tokenize -m DIR 'What does the image describe?'",
            "  echo '[0,42891,2]' | florence4j tokenize -m DIR --decode"
        })
final class TokenizeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it before call()
    private CommandSpec spec;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "TEXT", arity = "0..*", description = "Texts; without any, standard input is read.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--decode", description = "The inverse: JSON arrays of ids in, texts out as JSON strings.")
    private boolean decode;

    @Option(
            names = "--no-special-tokens",
            description = "Encode without <s> and </s>; decode without <s>, </s> and <pad>.")
    private boolean withoutSpecials;

    @Override
    public Integer call() throws IOException {
        Reporter reporter = new Reporter(spec.commandLine().getErr(), false);
        try (Florence2Tokenizer tokenizer = Florence2Tokenizer.load(model.directory(reporter))) {
            return decode ? decodeAll(tokenizer) : encodeAll(tokenizer);
        }
    }

    private int encodeAll(Florence2Tokenizer tokenizer) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        for (String text : texts) {
            out.println(encode(tokenizer, text));
        }
        if (texts.isEmpty()) {
            BufferedReader lines = JsonLines.input();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.println(encode(tokenizer, line));
                if (!lines.ready()) {
                    Output.flush(out);
                }
            }
        }
        Output.flush(out);
        return 0;
    }

    private String encode(Florence2Tokenizer tokenizer, String text) {
        int[] ids = withoutSpecials ? tokenizer.encodeWithoutSpecials(text) : tokenizer.encode(text);
        return Arrays.toString(ids).replace(" ", "");
    }

    private int decodeAll(Florence2Tokenizer tokenizer) throws IOException {
        BufferedReader lines =
                texts.isEmpty() ? JsonLines.input() : new BufferedReader(new StringReader(String.join("\n", texts)));
        int refused = JsonLines.answer(
                lines, spec.commandLine().getOut(), line -> TextNode.valueOf(tokenizer.decode(ids(line))));
        return refused == 0 ? 0 : 1;
    }

    private int[] ids(String line) {
        JsonNode json = JsonLines.read(line);
        if (!json.isArray()) {
            throw new IllegalArgumentException("found " + json.getNodeType() + "; expected a JSON array of ids");
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : json) {
            if (!id.isIntegralNumber() || !id.canConvertToInt()) {
                throw new IllegalArgumentException("found " + id + " among the ids; expected whole numbers");
            }
            ids.add(id.asInt());
        }
        return ids.stream()
                .mapToInt(Integer::intValue)
                .filter(id -> !(withoutSpecials && isControl(id)))
                .toArray();
    }

    private static boolean isControl(int id) {
        return id == Florence2Tokenizer.BOS || id == Florence2Tokenizer.EOS || id == Florence2Tokenizer.PAD;
    }
}
