package io.github.florence4j.synth.dataset;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.synth.PageGenerator;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Page;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntConsumer;
import javax.imageio.ImageIO;

/** Writes one split of a data set into a folder. */
final class SplitWriter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DataSetOptions options;
    private final Split split;
    private final Path folder;
    private final PageGenerator generator;
    private final MessageDigest digest = sha256();
    private int examples;

    SplitWriter(DataSetOptions options, Split split, Path folder) {
        this.options = options;
        this.split = split;
        this.folder = folder;
        this.generator = new PageGenerator(options.settings().withSplit(split));
    }

    WrittenSplit write(int documents, IntConsumer progress) throws IOException {
        int questions = 0;
        boolean lines = !options.tasks().isEmpty();
        Path images = folder.resolve(split.toString());
        if (lines || options.csv()) {
            Files.createDirectories(images);
        }
        try (QuestionShards shards = options.parquet() ? new QuestionShards(folder, split) : null;
                QuestionsCsv csv = options.csv() ? new QuestionsCsv(folder.resolve(split + ".csv")) : null;
                BufferedWriter annotations =
                        lines ? Files.newBufferedWriter(images.resolve("annotations.jsonl")) : null) {
            for (int i = 0; i < documents; i++) {
                Page page = page(i);
                String name = String.format(Locale.ROOT, "%s-%06d", split, i);
                byte[] png = png(page);
                digest.update(description(page).getBytes(StandardCharsets.UTF_8));
                if (shards != null) {
                    shards.add(i, name, png, page.questions());
                }
                if (csv != null) {
                    questions += csv.add(split + "/" + name + ".png", page.questions());
                }
                if (annotations != null || csv != null) {
                    Files.write(images.resolve(name + ".png"), png);
                }
                if (annotations != null) {
                    annotate(annotations, name + ".png", page, i);
                }
                progress.accept(i + 1);
            }
            if (shards != null) {
                questions = shards.finish();
            }
        }
        return new WrittenSplit(
                split, documents, questions, examples, HexFormat.of().formatHex(digest.digest()));
    }

    /** The kinds take turns, so that small sets have all of them. */
    private Page page(int number) {
        List<DocumentKind> kinds = options.settings().kinds();
        long seed = Rng.of(options.seed(), split.ordinal(), number).bits();
        return generator.document(seed, kinds.get(number % kinds.size()), options.width(), options.height());
    }

    private void annotate(BufferedWriter annotations, String image, Page page, int number) throws IOException {
        Rng rng = Rng.of(options.seed(), split.ordinal(), number, 1);
        for (ReadingTask.Example example : ReadingTask.all(options.tasks(), page, rng)) {
            Map<String, String> line = new LinkedHashMap<>();
            line.put("image", image);
            line.put("prefix", example.prefix());
            line.put("suffix", example.suffix());
            annotations.write(JSON.writeValueAsString(line));
            annotations.write('\n');
            examples++;
        }
    }

    private static String description(Page page) {
        return page.text() + page.lines().stream().map(line -> line.quad()).toList() + page.parts() + page.questions();
    }

    private static byte[] png(Page page) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!ImageIO.write(page.raster().toBufferedImage(), "png", out)) {
            throw new IOException("this JVM cannot write PNG");
        }
        return out.toByteArray();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
