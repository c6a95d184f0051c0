package io.github.florence4j.metrics;

import java.util.List;

/** The list behind {@link Metric#all()}. */
final class Metrics {
    static final List<Metric> ALL = List.of(
            new Metric.OfTexts(new Anls(AnlsVariant.RRC)),
            new Metric.OfTexts(new Anls(AnlsVariant.MP_DOCVQA)),
            new Metric.OfTexts(new Anls(AnlsVariant.BLOG_2024)),
            new Metric.OfTexts(new Anls(AnlsVariant.REPO_HEAD)),
            new Metric.OfTexts(ExactMatch.CASE_AND_SPACE),
            new Metric.OfTexts(ExactMatch.SQUAD),
            new Metric.OfTexts(VqaAccuracy.OFFICIAL),
            new Metric.OfTexts(VqaAccuracy.ALWAYS_NORMALIZED),
            new Metric.OfTexts(ErrorRate.CER),
            new Metric.OfTexts(ErrorRate.WER),
            new Metric.OfTexts(new Bleu(4)),
            new Metric.OfTexts(new RougeL()),
            new Metric.OfTexts(new CiderD()),
            new Metric.OfDetections(new CocoDetection()),
            new Metric.OfGroundings(new GroundingAccuracy(0.5)),
            new Metric.OfMasks(MaskIou.MEAN),
            new Metric.OfMasks(MaskIou.CUMULATIVE));

    private Metrics() {}
}
