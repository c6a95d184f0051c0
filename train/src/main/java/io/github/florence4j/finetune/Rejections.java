package io.github.florence4j.finetune;

import io.github.florence4j.data.RejectedSample;
import io.github.florence4j.data.RejectionListener;
import io.github.florence4j.report.TrainingListener;
import java.util.LinkedHashMap;
import java.util.Map;

/** The records left out of a run: each told once, the first few in words, all of them counted. */
final class Rejections implements RejectionListener {
    private static final int TOLD = 10;

    private final TrainingListener listener;
    private final Map<String, String> reasons = new LinkedHashMap<>();

    Rejections(TrainingListener listener) {
        this.listener = listener;
    }

    @Override
    public void rejected(RejectedSample sample) {
        if (reasons.putIfAbsent(sample.id(), sample.reason()) != null) {
            return;
        }
        if (reasons.size() <= TOLD) {
            listener.notice("left out " + sample.id() + ": " + sample.reason());
        } else if (reasons.size() == TOLD + 1) {
            listener.notice("more records are left out; they are counted in the model card");
        }
    }

    /** Takes over what an earlier part of the run left out; it is not told again. */
    void restore(Map<String, String> earlier) {
        reasons.putAll(earlier);
    }

    /** Why records were left out, by id. */
    Map<String, String> reasons() {
        return reasons;
    }

    /** The first record left out and why. */
    String first() {
        return reasons.entrySet().stream()
                .findFirst()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .orElse("there are no records");
    }
}
