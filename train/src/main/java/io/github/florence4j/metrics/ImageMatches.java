package io.github.florence4j.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which boxes of one category found a true box of one image, for every size and IoU threshold: evaluateImg of
 * pycocotools' COCOeval.
 *
 * @param boxes the kept boxes, surest first, at most 100
 * @param outcomes [area range][threshold][box]: {@link #MISS}, {@link #HIT} or {@link #IGNORED}
 * @param positives [area range] number of true boxes to find
 */
record ImageMatches(List<PredictedBox> boxes, byte[][][] outcomes, int[] positives) {
    static final byte MISS = 0;
    static final byte HIT = 1;
    static final byte IGNORED = 2;

    private static final int MOST_BOXES = 100;
    private static final double[] THRESHOLDS = CocoDetection.thresholds();
    private static final double BELOW_ONE = 1 - 1e-10;

    static ImageMatches of(DetectionSample category) {
        List<PredictedBox> boxes = category.predictions().stream()
                .sorted(Comparator.comparingDouble(PredictedBox::score).reversed())
                .limit(MOST_BOXES)
                .toList();
        List<TruthBox> truths = category.truths();
        double[][] ious = boxes.stream()
                .map(box ->
                        truths.stream().mapToDouble(truth -> iou(box, truth)).toArray())
                .toArray(double[][]::new);
        AreaRange[] areas = AreaRange.values();
        byte[][][] outcomes = new byte[areas.length][THRESHOLDS.length][];
        int[] positives = new int[areas.length];
        for (int a = 0; a < areas.length; a++) {
            AreaRange area = areas[a];
            Truths inRange = Truths.of(truths, area);
            positives[a] = inRange.positives();
            for (int t = 0; t < THRESHOLDS.length; t++) {
                outcomes[a][t] = match(boxes, area, inRange, ious, THRESHOLDS[t]);
            }
        }
        return new ImageMatches(boxes, outcomes, positives);
    }

    private static double iou(PredictedBox box, TruthBox truth) {
        return truth.crowd() ? BoxIou.ofCrowd(box.box(), truth.box()) : BoxIou.of(box.box(), truth.box());
    }

    private static byte[] match(
            List<PredictedBox> boxes, AreaRange area, Truths truths, double[][] ious, double threshold) {
        boolean[] taken = new boolean[truths.order().length];
        byte[] outcomes = new byte[boxes.size()];
        for (int d = 0; d < outcomes.length; d++) {
            int best = truths.best(ious[d], taken, Math.min(threshold, BELOW_ONE));
            if (best < 0) {
                outcomes[d] = area.contains(BoxIou.area(boxes.get(d).box())) ? MISS : IGNORED;
            } else {
                taken[best] = true;
                outcomes[d] = truths.ignored()[best] ? IGNORED : HIT;
            }
        }
        return outcomes;
    }

    /**
     * The true boxes of an image, those that count before those that are ignored (crowds and other sizes).
     *
     * @param order index of each in the image
     */
    private record Truths(int[] order, boolean[] ignored, boolean[] crowd) {

        static Truths of(List<TruthBox> truths, AreaRange area) {
            int[] order = IntStream.range(0, truths.size())
                    .boxed()
                    .sorted(Comparator.comparing(i -> isIgnored(truths.get(i), area)))
                    .mapToInt(Integer::intValue)
                    .toArray();
            boolean[] ignored = new boolean[order.length];
            boolean[] crowd = new boolean[order.length];
            for (int g = 0; g < order.length; g++) {
                ignored[g] = isIgnored(truths.get(order[g]), area);
                crowd[g] = truths.get(order[g]).crowd();
            }
            return new Truths(order, ignored, crowd);
        }

        private static boolean isIgnored(TruthBox truth, AreaRange area) {
            return truth.crowd() || !area.contains(truth.area());
        }

        int positives() {
            int count = 0;
            for (boolean each : ignored) {
                count += each ? 0 : 1;
            }
            return count;
        }

        /** The free true box with the highest IoU, ignored ones only where no other reaches the threshold; or -1. */
        int best(double[] ious, boolean[] taken, double threshold) {
            double highest = threshold;
            int best = -1;
            for (int g = 0; g < order.length; g++) {
                if (best >= 0 && !ignored[best] && ignored[g]) {
                    break;
                }
                if ((!taken[g] || crowd[g]) && ious[order[g]] >= highest) {
                    highest = ious[order[g]];
                    best = g;
                }
            }
            return best;
        }
    }
}
