package io.github.florence4j.evaluate;

import io.github.florence4j.data.Sample;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.task.Task;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The metric that is usual for a task. */
public final class DefaultMetrics {
    private static final int PEOPLE_OF_VQA = 4;

    private static final Map<Task<?>, String> BY_TASK = Map.ofEntries(
            Map.entry(Task.CAPTION, "cider-d"),
            Map.entry(Task.DETAILED_CAPTION, "cider-d"),
            Map.entry(Task.MORE_DETAILED_CAPTION, "cider-d"),
            Map.entry(Task.REGION_TO_DESCRIPTION, "cider-d"),
            Map.entry(Task.OCR, "cer"),
            Map.entry(Task.OCR_WITH_REGION, "cer"),
            Map.entry(Task.REGION_TO_OCR, "cer"),
            Map.entry(Task.REGION_TO_CATEGORY, "exact-match"),
            Map.entry(Task.OBJECT_DETECTION, "coco-map"),
            Map.entry(Task.DENSE_REGION_CAPTION, "coco-map"),
            Map.entry(Task.REGION_PROPOSAL, "coco-map"),
            Map.entry(Task.OPEN_VOCABULARY_DETECTION, "coco-map"),
            Map.entry(Task.PHRASE_GROUNDING, "accuracy-at-iou-0.5"),
            Map.entry(Task.REFERRING_SEGMENTATION, "mean-iou"),
            Map.entry(Task.REGION_TO_SEGMENTATION, "mean-iou"));

    private DefaultMetrics() {}

    /**
     * The metric for data like this sample: by its task; for questions VQA accuracy where four people or more answered and the
     * task token speaks of VQA but not of documents, else ANLS.
     *
     * @param task the task of the sample's own prompt
     */
    public static List<Metric> of(Sample sample, Task<?> task) {
        String name = BY_TASK.get(task);
        if (name == null) {
            String token = task.token().toLowerCase(Locale.ROOT);
            boolean people = token.contains("vqa")
                    && !token.contains("doc")
                    && sample.answers().size() >= PEOPLE_OF_VQA;
            name = people ? "vqa-accuracy" : "anls";
        }
        return List.of(Metric.named(name));
    }
}
