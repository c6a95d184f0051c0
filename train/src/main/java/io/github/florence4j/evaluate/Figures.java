package io.github.florence4j.evaluate;

import io.github.florence4j.metrics.Bootstrap;
import io.github.florence4j.metrics.Estimate;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Scores as people read them: in hundredths, so that 0.573 is 57.3. */
public final class Figures {
    private static final String NOTHING = "–";

    private Figures() {}

    /** A score in hundredths, {@code 57.3}. */
    public static String score(double score) {
        return Double.isNaN(score) ? NOTHING : String.format(Locale.ROOT, "%.1f", 100 * score);
    }

    /** A score with its interval, {@code 57.3 [55.1, 59.5]}. */
    public static String withInterval(Estimate estimate) {
        return Double.isNaN(estimate.value())
                ? NOTHING
                : score(estimate.value()) + " [" + score(estimate.low()) + ", " + score(estimate.high()) + "]";
    }

    /** A difference with its interval, {@code +3.1 [+1.2, +5.0]}. */
    public static String difference(Estimate estimate) {
        return Double.isNaN(estimate.value())
                ? NOTHING
                : signed(estimate.value()) + " [" + signed(estimate.low()) + ", " + signed(estimate.high()) + "]";
    }

    private static String signed(double score) {
        String figure = String.format(Locale.ROOT, "%+.1f", 100 * score);
        return figure.equals("-0.0") || figure.equals("+0.0") ? "0.0" : figure;
    }

    /** How intervals were drawn, {@code 95 %, 1000 resamples, seed 0}. */
    public static String intervals(Bootstrap bootstrap) {
        return String.format(
                Locale.ROOT,
                "%s %%, %d resamples, seed %d",
                BigDecimal.valueOf(100 * bootstrap.confidence())
                        .setScale(2, RoundingMode.HALF_UP)
                        .stripTrailingZeros()
                        .toPlainString(),
                bootstrap.resamples(),
                bootstrap.seed());
    }

    /** A rate with three digits, {@code 1.42}. */
    public static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%.2f" : perSecond < 100 ? "%.1f" : "%.0f", perSecond);
    }

    /** A duration, {@code 1 h 04 min} or {@code 12.3 s}. */
    public static String duration(double seconds) {
        long minutes = Math.round(seconds / 60);
        if (minutes >= 60) {
            return String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
        }
        return minutes >= 2 ? minutes + " min" : String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
