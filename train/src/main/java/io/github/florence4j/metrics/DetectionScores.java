package io.github.florence4j.metrics;

import java.util.Map;

/**
 * The twelve figures of COCO's detection challenge, 0..1; NaN where there is no true box to find (pycocotools: -1).
 *
 * @param ap mean over IoU thresholds 0.50, 0.55, … 0.95 and categories, 100 boxes per image and category
 * @param ap50 at IoU 0.50
 * @param ap75 at IoU 0.75
 * @param apSmall objects of at most 32 x 32 pixels
 * @param apMedium objects of 32 x 32 to 96 x 96 pixels
 * @param apLarge objects of at least 96 x 96 pixels
 * @param ar1 average recall with 1 box per image and category
 * @param ar10 average recall with 10 boxes
 * @param ar100 average recall with 100 boxes
 * @param arSmall average recall of small objects with 100 boxes
 * @param arMedium average recall of medium objects with 100 boxes
 * @param arLarge average recall of large objects with 100 boxes
 * @param categories {@code ap} of each category that has true boxes, in order of first appearance
 */
public record DetectionScores(
        double ap,
        double ap50,
        double ap75,
        double apSmall,
        double apMedium,
        double apLarge,
        double ar1,
        double ar10,
        double ar100,
        double arSmall,
        double arMedium,
        double arLarge,
        Map<String, Double> categories) {}
