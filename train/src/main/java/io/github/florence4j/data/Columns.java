package io.github.florence4j.data;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The names under which a source's table, or the objects of its JSON lines, hold things.
 *
 * @param id the record's name; where the data has no such column, file and row are taken
 * @param image the picture: a struct of bytes and path, bytes, or a path
 * @param question the question or prompt
 * @param answers one answer or a list of them; null and missing mean none
 * @param types tags of the question, one or a list; may be missing
 * @param named those that the user named, by their options: a table must have them
 */
public record Columns(
        String id, String image, String question, String answers, String types, Map<String, String> named) {
    private static final Set<String> OPTIONS = Set.of("id", "image", "question", "answers", "types");

    /** Hugging Face's DocumentVQA. */
    public static final Columns DOCUMENT_VQA =
            new Columns("questionId", "image", "question", "answers", "question_types", Map.of());
    /** Roboflow's JSON lines. */
    public static final Columns PREFIX_SUFFIX = new Columns("id", "image", "prefix", "suffix", "tags", Map.of());
    /** A plain table of questions. */
    public static final Columns TABLE = new Columns("id", "image", "question", "answer", "tags", Map.of());

    /** These names with some replaced: keys {@code id}, {@code image}, {@code question}, {@code answers}, {@code types}. */
    public Columns with(Map<String, String> names) {
        Map<String, String> replaced = new TreeMap<>(names);
        replaced.keySet().retainAll(OPTIONS);
        return new Columns(
                names.getOrDefault("id", id),
                names.getOrDefault("image", image),
                names.getOrDefault("question", question),
                names.getOrDefault("answers", answers),
                names.getOrDefault("types", types),
                Collections.unmodifiableMap(replaced));
    }
}
