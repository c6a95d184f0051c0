package io.github.florence4j.evaluate;

import io.github.florence4j.parse.OutputParser;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.result.Text;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import java.util.List;
import java.util.stream.Stream;

/** Results of any task. */
final class Results {
    private Results() {}

    /** The text itself; the lines of OCR; the labels of boxes and outlines, parted by commas. */
    static String text(TaskResult result) {
        if (result instanceof Text words) {
            return words.text();
        }
        if (result instanceof OcrRegions regions) {
            return String.join("\n", regions.labels());
        }
        return String.join(", ", labels(result));
    }

    /** A result without items: what a model that did not answer has found. */
    static TaskResult nothing(Task<?> task) {
        Detections boxes = new Detections(List.of());
        Polygons outlines = new Polygons(List.of());
        return switch (task.parserKind()) {
            case PURE_TEXT -> new Text("");
            case OCR -> new OcrRegions(List.of());
            case DESCRIPTION_WITH_BBOXES, BBOXES, PHRASE_GROUNDING -> boxes;
            case POLYGONS -> outlines;
            case DESCRIPTION_WITH_BBOXES_OR_POLYGONS -> new OpenVocabularyDetections(boxes, outlines);
        };
    }

    /** An accepted answer of the data, read as the model's are. */
    static TaskResult read(String answer, Task<?> task, int width, int height, Profile profile) {
        return OutputParser.parse("</s><s>" + answer + "</s>", task, width, height, profile)
                .result();
    }

    private static List<String> labels(TaskResult result) {
        if (result instanceof Detections boxes) {
            return boxes.labels();
        }
        if (result instanceof Polygons outlines) {
            return outlines.labels();
        }
        if (result instanceof OpenVocabularyDetections both) {
            return Stream.concat(both.detections().labels().stream(), both.polygons().labels().stream())
                    .toList();
        }
        return List.of();
    }
}
