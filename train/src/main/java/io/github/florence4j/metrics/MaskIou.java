package io.github.florence4j.metrics;

import java.util.List;

/**
 * Intersection over union of masks in pixels, from outlines rasterised by even-odd scanlines through the pixel centres
 * (within a pixel of the boundary other rasterisers, pycocotools' among them, may differ).
 *
 * @param name the name in reports
 * @param cumulative whether pixels are summed over the set before they are divided
 */
public record MaskIou(String name, boolean cumulative) implements CorpusMetric<MaskSample> {

    /** The mean of the samples' IoU (mIoU of referring segmentation); two empty masks agree: 1. */
    public static final MaskIou MEAN = new MaskIou("mean-iou", false);

    /** The sum of the intersections over the sum of the unions (oIoU or cIoU): large objects count more. */
    public static final MaskIou CUMULATIVE = new MaskIou("cumulative-iou", true);

    @Override
    public Tally tally(List<MaskSample> samples) {
        double[] intersections = new double[samples.size()];
        double[] unions = new double[samples.size()];
        for (int i = 0; i < intersections.length; i++) {
            MaskSample sample = samples.get(i);
            PixelMask prediction = PixelMask.of(sample.prediction(), sample.width(), sample.height());
            PixelMask truth = PixelMask.of(sample.truth(), sample.width(), sample.height());
            intersections[i] = prediction.intersection(truth);
            unions[i] = prediction.area() + truth.area() - intersections[i];
        }
        return cumulative ? Tally.ofRatios(intersections, unions) : Tally.ofMeans(ratios(intersections, unions));
    }

    private static double[] ratios(double[] intersections, double[] unions) {
        double[] ratios = new double[unions.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = unions[i] == 0 ? 1 : intersections[i] / unions[i];
        }
        return ratios;
    }
}
