package io.github.florence4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the data that a {@link SourceSpec} names. */
public final class Sources {
    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

    private Sources() {}

    /**
     * Opens data by its line; see {@link SourceSpec}.
     *
     * @throws IllegalArgumentException if the line or an option is wrong
     * @throws IOException if the data cannot be read
     */
    public static IndexedSource open(String spec) throws IOException {
        return open(SourceSpec.parse(spec));
    }

    /**
     * Opens data that a configuration names: a text as in {@link SourceSpec}, or a list of {@code {source, weight}} with such
     * texts as sources, which is a mixture. Without weights every source counts by its size.
     *
     * @param name what messages and reports call a mixture, such as {@code data.train}
     * @throws IllegalArgumentException if a text or an option is wrong
     * @throws IOException if the data cannot be read, or the list is no mixture
     */
    public static IndexedSource open(String name, JsonNode data) throws IOException {
        return data.isTextual()
                ? open(data.asText())
                : MixtureFile.open(name, data, new SourceSpec(SourceKind.MIXTURE.toString(), name, Map.of()));
    }

    /** Opens data. */
    public static IndexedSource open(SourceSpec spec) throws IOException {
        SourceKind kind = spec.kind().isEmpty() ? SourceGuess.kind(spec.path()) : SourceKind.of(spec.kind());
        Set<String> unknown = new TreeSet<>(spec.options().keySet());
        unknown.removeAll(kind.options());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown option " + String.join(", ", unknown) + " for " + kind
                    + "; it takes " + String.join(", ", new TreeSet<>(kind.options())));
        }
        try {
            return open(spec, kind);
        } catch (NumberFormatException e) {
            if (kind != SourceKind.SYNTH && !spec.options().containsKey("length")) {
                throw e; // of something in a file
            }
            throw new IllegalArgumentException(
                    spec + " has an option that is no number where one is expected: " + e.getMessage(), e);
        }
    }

    private static IndexedSource open(SourceSpec spec, SourceKind kind) throws IOException {
        return switch (kind) {
            case DOCVQA ->
                QuestionTable.open(
                        name(spec),
                        DataFiles.find(spec.path(), ".parquet"),
                        Columns.DOCUMENT_VQA.with(spec.options()),
                        rules(spec, kind),
                        folder(spec, "root"));
            case DOCVQA_JSON -> RrcJson.read(name(spec), path(spec), rules(spec, kind), folder(spec, "root"));
            case CAULDRON -> cauldron(spec, kind);
            case DOCMATIX -> conversations(name(spec), DataFiles.find(spec.path(), ".parquet"), spec, kind);
            case JSONL ->
                JsonLines.open(
                        name(spec),
                        jsonLines(path(spec)),
                        Columns.PREFIX_SUFFIX.with(spec.options()),
                        rules(spec, kind),
                        folder(spec, "root"));
            case COCO ->
                CocoData.detection(
                        name(spec),
                        path(spec),
                        folder(spec, "images"),
                        rules(spec, kind).prompt(""),
                        choice(spec, "order", CocoData.BoxOrder.FILE),
                        choice(spec, "empty", CocoData.Empty.REJECT));
            case COCO_CAPTIONS -> CocoData.captions(name(spec), path(spec), folder(spec, "images"), rules(spec, kind));
            case CSV ->
                CsvQuestions.read(
                        name(spec),
                        path(spec),
                        Columns.TABLE.with(spec.options()),
                        rules(spec, kind),
                        folder(spec, "root"));
            case SYNTH -> SynthSource.open(spec);
            case MIXTURE -> MixtureFile.open(spec);
        };
    }

    private static IndexedSource cauldron(SourceSpec spec, SourceKind kind) throws IOException {
        Path root = path(spec);
        if (spec.path().contains("*")
                || Files.isRegularFile(root)
                || !DataFiles.inFolder(root, ".parquet").isEmpty()) {
            return conversations(name(spec), DataFiles.find(spec.path(), ".parquet"), spec, kind);
        }
        List<MixtureSource.Part> parts = new ArrayList<>();
        try {
            for (CauldronConfig config : configs(spec, root)) {
                List<Path> files = DataFiles.find(root.resolve(config.name()).toString(), ".parquet");
                parts.add(
                        new MixtureSource.Part(conversations(config.name(), files, spec, kind), config.sampleWeight()));
            }
            return mixture(name(spec), parts, spec);
        } catch (IOException | RuntimeException e) {
            parts.forEach(part -> part.source().close());
            throw e;
        }
    }

    /** The configs that are there and wanted; those that cannot be used are named in the log. */
    private static List<CauldronConfig> configs(SourceSpec spec, Path root) throws IOException {
        Set<String> there = new TreeSet<>();
        try (Stream<Path> folders = Files.list(root)) {
            folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .filter(folder -> !folder.startsWith("."))
                    .forEach(there::add);
        }
        String wanted = spec.options().get("configs");
        Set<String> names = wanted == null ? there : new TreeSet<>(Arrays.asList(wanted.split(",")));
        List<CauldronConfig> usable = CauldronConfig.USABLE.stream()
                .filter(config -> names.contains(config.name()))
                .toList();
        Set<String> rest = new TreeSet<>(names);
        usable.forEach(config -> rest.remove(config.name()));
        if (usable.isEmpty() || (wanted != null && !rest.isEmpty())) {
            throw new InvalidDataException(root + " has no usable config of The Cauldron"
                    + (rest.isEmpty() ? "" : " called " + rest) + "; expected folders such as docvqa, vqav2, chartqa");
        }
        rest.forEach(folder -> LOG.warn(
                "{} is left out: {}",
                root.resolve(folder),
                CauldronConfig.LEFT_OUT.contains(folder)
                        ? "it needs two images a question, or code as answers"
                        : "it is no config of The Cauldron"));
        return usable;
    }

    private static ConversationTable conversations(String name, List<Path> files, SourceSpec spec, SourceKind kind)
            throws IOException {
        return ConversationTable.open(
                name,
                files,
                rules(spec, kind),
                choice(spec, "questions", ConversationTable.Questions.DRAWN),
                choice(spec, "several", ConversationTable.SeveralImages.REJECT),
                folder(spec, "root"));
    }

    static MixtureSource mixture(String name, List<MixtureSource.Part> parts, SourceSpec spec) {
        String length = spec.options().get("length");
        if (length == null) {
            return new MixtureSource(name, parts, choice(spec, "exhausted", MixtureSource.Exhausted.RESTART));
        }
        try {
            return new MixtureSource(name, parts, Long.parseLong(length));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("length=" + length + " in " + spec + " is no whole number", e);
        }
    }

    private static Path jsonLines(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return path;
        }
        List<Path> files = DataFiles.find(path.toString(), ".jsonl");
        if (files.size() > 1) {
            throw new InvalidDataException("the folder " + path + " has " + files.size() + " .jsonl files; name one");
        }
        return files.get(0);
    }

    private static TextRules rules(SourceSpec spec, SourceKind kind) {
        String sentences = spec.options().getOrDefault("sentences", "false");
        if (!Set.of("true", "false").contains(sentences)) {
            throw new IllegalArgumentException("sentences=" + sentences + " in " + spec + " must be true or false");
        }
        return new TextRules(spec.options().getOrDefault("prompt", kind.template()), Boolean.parseBoolean(sentences));
    }

    static <E extends Enum<E>> E choice(SourceSpec spec, String key, E fallback) {
        String value = spec.options().get(key);
        if (value == null) {
            return fallback;
        }
        E[] choices = fallback.getDeclaringClass().getEnumConstants();
        for (E choice : choices) {
            if (choice.name().equalsIgnoreCase(value)) {
                return choice;
            }
        }
        throw new IllegalArgumentException(key + "=" + value + " in " + spec + " must be one of "
                + Arrays.toString(choices).toLowerCase(Locale.ROOT));
    }

    private static @Nullable Path folder(SourceSpec spec, String key) throws IOException {
        String folder = spec.options().get(key);
        if (folder == null) {
            return null;
        }
        if (!Files.isDirectory(Path.of(folder))) {
            throw new InvalidDataException("there is no folder " + folder + " (" + key + "= of " + spec + ")");
        }
        return Path.of(folder);
    }

    private static Path path(SourceSpec spec) {
        return Path.of(spec.path());
    }

    private static String name(SourceSpec spec) {
        String path = spec.path().replaceAll("[/\\\\]+$", "");
        int slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
        return path.substring(slash + 1);
    }
}
