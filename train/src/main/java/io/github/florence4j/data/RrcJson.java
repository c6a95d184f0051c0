package io.github.florence4j.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The official DocVQA files of the Robust Reading Competition: {@code train_v1.0_withQT.json} and its like. */
public final class RrcJson {
    private RrcJson() {}

    /**
     * Reads the questions; the images stay where they are.
     *
     * @param root the folder to which {@code documents/x.png} is relative; null for the file's own
     * @throws InvalidDataException if the file is missing, no JSON, or has no {@code data}
     */
    public static ListSource read(String name, Path file, TextRules rules, @Nullable Path root) throws IOException {
        JsonNode data = tree(file).path("data");
        if (!data.isArray()) {
            throw new InvalidDataException(file + " is no DocVQA file: it has no list 'data'");
        }
        ImageLocator images = new ImageLocator(root != null ? root : JsonLines.parent(file));
        List<Entry> entries = new ArrayList<>(data.size());
        for (JsonNode question : data) {
            String id = question.path("questionId").asText(file.getFileName() + "#" + entries.size());
            entries.add(entry(id, question, rules, images));
        }
        return new ListSource(name, entries);
    }

    private static Entry entry(String id, JsonNode question, TextRules rules, ImageLocator images) {
        for (String required : List.of("image", "question")) {
            if (!question.hasNonNull(required)) {
                return new RejectedSample(id, "the question has no '" + required + "'");
            }
        }
        return new Sample(
                id,
                images.file(question.get("image").asText()),
                rules.prompt(question.get("question").asText()),
                rules.answers(JsonLines.texts(question.path("answers"))),
                JsonLines.texts(question.path("question_types")));
    }

    static JsonNode tree(Path file) throws IOException {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (JacksonException e) {
            throw new InvalidDataException(file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (FileNotFoundException e) {
            throw new InvalidDataException("there is no file " + file, e);
        }
    }
}
