package io.github.florence4j.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parquet with images and conversations, as The Cauldron and Docmatix have them: {@code images} list of pictures,
 * {@code texts} list of {user, assistant, source}. Each pair of user and assistant is a question and its answer.
 */
public final class ConversationTable implements IndexedSource {
    /** Which of an image's questions are read. */
    public enum Questions {
        /** One in each pass, drawn from seed and epoch: images count alike, however many questions they have. */
        DRAWN,
        /** All: one record for each question. */
        ALL
    }

    /** What becomes of rows with several images; nothing says to which of them a question belongs. */
    public enum SeveralImages {
        /** They are rejected. */
        REJECT,
        /** The first image is taken, as the article does. */
        FIRST
    }

    private final String name;
    private final ParquetTable table;
    private final TextRules rules;
    private final ImageLocator images;
    private final SeveralImages severalImages;
    private final List<String> selected;
    private final long @Nullable [] firstQuestion;

    private ConversationTable(
            String name,
            ParquetTable table,
            TextRules rules,
            ImageLocator images,
            SeveralImages severalImages,
            long @Nullable [] firstQuestion) {
        this.name = name;
        this.table = table;
        this.rules = rules;
        this.images = images;
        this.severalImages = severalImages;
        this.firstQuestion = firstQuestion;
        this.selected = new ArrayList<>(table.images("images"));
        selected.addAll(List.of("[x.user FOR x IN texts]", "[x.assistant FOR x IN texts]"));
    }

    /**
     * Opens parquet files of one schema.
     *
     * @param name what reports call the source
     * @param files the files, in their order
     * @param rules how prompts and answers are written
     * @param questions one question an image, or all; for all of them the conversations' lengths are read first
     * @param severalImages what becomes of rows with several images
     * @param root the folder to which image paths are relative; null for the files' own
     * @throws InvalidDataException if a file is no parquet or lacks a column
     */
    public static ConversationTable open(
            String name,
            List<Path> files,
            TextRules rules,
            Questions questions,
            SeveralImages severalImages,
            @Nullable Path root)
            throws IOException {
        ParquetTable table = ParquetTable.open(files);
        try {
            for (String column : List.of("images", "texts")) {
                if (!table.has(column)) {
                    throw new InvalidDataException(files.get(0) + " has no column '" + column
                            + "', which The Cauldron and Docmatix have; its columns are " + table.describe());
                }
            }
            ImageLocator images = new ImageLocator(root == null ? table.folder() : root);
            long[] first = questions == Questions.ALL ? firstQuestions(table.numbers("len(texts)")) : null;
            return new ConversationTable(name, table, rules, images, severalImages, first);
        } catch (IOException | RuntimeException e) {
            table.close();
            throw e;
        }
    }

    private static long[] firstQuestions(int[] lengths) {
        long[] first = new long[lengths.length + 1];
        for (int row = 0; row < lengths.length; row++) {
            first[row + 1] = first[row] + lengths[row];
        }
        return first;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long count() {
        return firstQuestion == null ? table.count() : firstQuestion[firstQuestion.length - 1];
    }

    @Override
    public List<Entry> read(Pass pass, long... indices) throws IOException {
        long[] rows = Arrays.stream(indices).map(this::rowOf).toArray();
        List<@Nullable Object[]> values = table.rows(selected, rows);
        List<Entry> entries = new ArrayList<>(indices.length);
        for (int i = 0; i < rows.length; i++) {
            entries.add(entry(values.get(i), pass, indices[i], rows[i]));
        }
        return entries;
    }

    private long rowOf(long index) {
        if (firstQuestion == null) {
            return index;
        }
        int at = Arrays.binarySearch(firstQuestion, index);
        if (at < 0) {
            return -(long) at - 2;
        }
        while (firstQuestion[at + 1] == index) {
            at++;
        }
        return at;
    }

    private Entry entry(@Nullable Object[] row, Pass pass, long index, long number) {
        String place = table.place(number);
        List<?> users = row[3] instanceof List<?> list ? list : List.of();
        if (users.isEmpty()) {
            return new RejectedSample(place, "the row has no texts");
        }
        int turn = firstQuestion == null ? pass.draw(index, users.size()) : (int) (index - firstQuestion[(int) number]);
        String id = place + "." + turn;
        int pictures = row[0] instanceof Number count ? count.intValue() : 0;
        if (pictures > 1 && severalImages == SeveralImages.REJECT) {
            return new RejectedSample(
                    id, "the row has " + pictures + " images, and which one is asked about is not said");
        }
        ImageRef image = images.cell(row[1], row[2], place);
        if (image == null) {
            return new RejectedSample(id, "the row has no image, neither bytes nor path");
        }
        Object user = users.get(turn);
        Object assistant = row[4] instanceof List<?> list ? list.get(turn) : null;
        if (user == null || user.toString().isBlank()) {
            return new RejectedSample(id, "the question is empty");
        }
        List<String> answers = assistant == null ? List.of() : List.of(assistant.toString());
        return new Sample(id, image, rules.prompt(user.toString()), rules.answers(answers));
    }

    @Override
    public void close() {
        table.close();
    }
}
