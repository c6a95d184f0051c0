package io.github.florence4j.evaluate;

import io.github.florence4j.metrics.DetectionScores;
import java.util.LinkedHashMap;
import java.util.Map;

/** COCO's twelve figures by the names under which they are known. */
final class CocoFigures {
    private CocoFigures() {}

    static Map<String, Double> of(DetectionScores scores) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("AP", scores.ap());
        figures.put("AP50", scores.ap50());
        figures.put("AP75", scores.ap75());
        figures.put("APs", scores.apSmall());
        figures.put("APm", scores.apMedium());
        figures.put("APl", scores.apLarge());
        figures.put("AR1", scores.ar1());
        figures.put("AR10", scores.ar10());
        figures.put("AR100", scores.ar100());
        figures.put("ARs", scores.arSmall());
        figures.put("ARm", scores.arMedium());
        figures.put("ARl", scores.arLarge());
        return figures;
    }
}
