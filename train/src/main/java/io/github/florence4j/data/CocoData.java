package io.github.florence4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.florence4j.metrics.TruthBox;
import io.github.florence4j.result.Box;
import io.github.florence4j.text.LocationQuantizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * COCO annotation files as samples: boxes for {@code <OD>}, captions for {@code <CAPTION>}. One sample an image, its id the
 * image's.
 */
public final class CocoData {
    /** In which order the boxes of an image stand in the answer. */
    public enum BoxOrder {
        /** As in the file. */
        FILE,
        /** From top to bottom by the upper edge, then from left to right; equal boxes as in the file. */
        READING,
        /** From the largest to the smallest; equal areas as in the file. */
        LARGEST
    }

    /** What becomes of images without boxes. */
    public enum Empty {
        /** They are rejected. */
        REJECT,
        /** Their answer is the empty text. */
        KEEP
    }

    /** Whether a box can be learned: no group, and not flat. */
    private static boolean isAnswer(TruthBox box) {
        return !box.crowd() && box.box().width() > 0 && box.box().height() > 0;
    }

    private CocoData() {}

    /**
     * Detection: the prompt {@code <OD>}, and as answer for each box its category and then its four location tokens, with
     * nothing between: {@code car<loc_52><loc_332><loc_932><loc_774>}. Pixels become bins by the reference's rule
     * ({@link LocationQuantizer}: rounded down, 0 to 999). Crowd regions ({@code iscrowd}) and boxes without area are left out of
     * the answer; {@link Sample#boxes} holds all with {@code iscrowd} and {@code area}, for COCO's own measure.
     *
     * @param imageFolder where the pictures lie; null for the file's own folder
     * @throws InvalidDataException if the file is missing, no JSON, or no COCO file
     */
    public static ListSource detection(
            String name, Path file, @Nullable Path imageFolder, String prompt, BoxOrder order, Empty empty)
            throws IOException {
        JsonNode root = read(file, "categories");
        Map<Long, String> labels = new HashMap<>();
        root.get("categories")
                .forEach(node ->
                        labels.put(node.path("id").asLong(), node.path("name").asText()));
        Map<Long, List<JsonNode>> annotations = byImage(root);
        return source(name, file, imageFolder, root, (id, image, picture) -> {
            List<TruthBox> boxes = new ArrayList<>();
            for (JsonNode annotation : annotations.getOrDefault(image.path("id").asLong(), List.of())) {
                String label = labels.get(annotation.path("category_id").asLong());
                Box box = box(annotation.path("bbox"));
                if (label == null || box == null) {
                    return new RejectedSample(
                            id,
                            "annotation " + annotation.path("id").asText()
                                    + (box == null ? " has no bbox of four numbers" : " has an unknown category_id"));
                }
                double area = annotation.path("area").asDouble(box.width() * box.height());
                boxes.add(new TruthBox(
                        label, box, area, annotation.path("iscrowd").asInt() == 1));
            }
            return detected(id, image, picture, prompt, boxes, order, empty);
        });
    }

    private static Entry detected(
            String id,
            JsonNode image,
            ImageRef picture,
            String prompt,
            List<TruthBox> boxes,
            BoxOrder order,
            Empty empty) {
        int width = image.path("width").asInt();
        int height = image.path("height").asInt();
        if (width < 1 || height < 1) {
            return new RejectedSample(id, "the image has no width and height in the file");
        }
        List<TruthBox> answers =
                new ArrayList<>(boxes.stream().filter(CocoData::isAnswer).toList());
        if (answers.isEmpty() && empty == Empty.REJECT) {
            return new RejectedSample(id, "the image has no boxes");
        }
        sort(answers, order);
        LocationQuantizer quantizer = new LocationQuantizer(width, height);
        StringBuilder answer = new StringBuilder();
        for (TruthBox box : answers) {
            answer.append(box.label()).append(LocationQuantizer.tokens(quantizer.quantize(box.box())));
        }
        return new Sample(
                id, picture, prompt, List.of(answer.toString()), List.of(), new TrueBoxes(width, height, boxes));
    }

    private static void sort(List<TruthBox> boxes, BoxOrder order) {
        switch (order) {
            case FILE -> {}
            case READING ->
                boxes.sort(Comparator.comparingDouble((TruthBox b) -> b.box().y1())
                        .thenComparingDouble(b -> b.box().x1()));
            case LARGEST ->
                boxes.sort(Comparator.comparingDouble(
                        b -> -b.box().width() * b.box().height()));
        }
    }

    /**
     * Captions: the prompt {@code <CAPTION>}, and all captions of the image as accepted answers. Images without a caption
     * are rejected.
     *
     * @param imageFolder where the pictures lie; null for the file's own folder
     */
    public static ListSource captions(String name, Path file, @Nullable Path imageFolder, TextRules rules)
            throws IOException {
        JsonNode root = read(file, "annotations");
        Map<Long, List<JsonNode>> annotations = byImage(root);
        return source(name, file, imageFolder, root, (id, image, picture) -> {
            List<String> captions = annotations.getOrDefault(image.path("id").asLong(), List.of()).stream()
                    .map(node -> node.path("caption").asText("").strip())
                    .filter(caption -> !caption.isEmpty())
                    .toList();
            return captions.isEmpty()
                    ? new RejectedSample(id, "the image has no caption")
                    : new Sample(id, picture, rules.prompt(""), rules.answers(captions));
        });
    }

    /** Makes the record of an image. */
    @FunctionalInterface
    private interface Maker {
        Entry make(String id, JsonNode image, ImageRef picture);
    }

    private static ListSource source(String name, Path file, @Nullable Path imageFolder, JsonNode root, Maker maker) {
        ImageLocator images = new ImageLocator(imageFolder != null ? imageFolder : JsonLines.parent(file));
        List<Entry> entries = new ArrayList<>();
        for (JsonNode image : root.get("images")) {
            String id = image.path("id").asText();
            entries.add(
                    image.hasNonNull("file_name")
                            ? maker.make(
                                    id,
                                    image,
                                    images.file(image.get("file_name").asText()))
                            : new RejectedSample(id, "the image has no file_name"));
        }
        return new ListSource(name, entries);
    }

    private static JsonNode read(Path file, String list) throws IOException {
        JsonNode root = RrcJson.tree(file);
        for (String required : List.of("images", "annotations", list)) {
            if (!root.path(required).isArray()) {
                throw new InvalidDataException(file + " is no COCO file: it has no list '" + required + "'");
            }
        }
        return root;
    }

    private static Map<Long, List<JsonNode>> byImage(JsonNode root) {
        Map<Long, List<JsonNode>> byImage = new LinkedHashMap<>();
        for (JsonNode annotation : root.get("annotations")) {
            byImage.computeIfAbsent(annotation.path("image_id").asLong(), id -> new ArrayList<>())
                    .add(annotation);
        }
        return byImage;
    }

    private static @Nullable Box box(JsonNode bbox) {
        if (bbox.size() != 4) {
            return null;
        }
        double x = bbox.get(0).asDouble();
        double y = bbox.get(1).asDouble();
        return new Box(x, y, x + bbox.get(2).asDouble(), y + bbox.get(3).asDouble());
    }
}
