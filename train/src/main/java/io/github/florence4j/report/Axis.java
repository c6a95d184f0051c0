package io.github.florence4j.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A range of numbers with ticks at round ones: 1, 2, 2.5 or 5 times a power of ten apart.
 *
 * @param low lower end
 * @param high upper end, above the lower
 * @param step distance of the ticks
 */
record Axis(double low, double high, double step) {
    private static final double[] ROUND = {1, 2, 2.5, 5, 10};
    private static final double[] ROUND_WHOLE = {1, 2, 5, 10};

    /** Beyond this nothing is drawn: a loss there has exploded. */
    private static final double LARGEST = 1e30;

    /** Whether a number can be drawn. */
    static boolean shows(double value) {
        return Math.abs(value) < LARGEST;
    }

    /** An axis of measured numbers, widened to ticks on both ends; numbers that cannot be drawn do not count. */
    static Axis around(List<Double> values, int ticks) {
        List<Double> shown = values.stream().filter(Axis::shows).toList();
        double low = shown.stream().mapToDouble(Double::doubleValue).min().orElse(0);
        double high = shown.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        double least = Math.max(Math.abs(high), Math.abs(low)) * 1e-6;
        if (high - low <= least) {
            double margin = high == 0 ? 0.5 : Math.abs(high) * 0.1;
            low -= margin;
            high += margin;
        }
        double step = roundStep((high - low) / ticks, ROUND);
        return new Axis(Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step, step);
    }

    /** An axis of counts from exactly {@code low} to exactly {@code high}, or one more when they are the same. */
    static Axis counts(long low, long high, int ticks) {
        long end = Math.max(low + 1, high);
        return new Axis(low, end, Math.max(1, roundStep((double) (end - low) / ticks, ROUND_WHOLE)));
    }

    private static double roundStep(double least, double[] round) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double factor : round) {
            if (factor * power >= least * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** The ticks within the range. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        double slack = step * 1e-6;
        for (long i = (long) Math.ceil((low - slack) / step); i * step <= high + slack; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** A tick in words: {@code 0.25}, {@code 20,000} or {@code 2.5e-6}. */
    String label(double tick) {
        double largest = Math.max(Math.abs(low), Math.abs(high));
        if (Math.abs(tick) < step / 2) {
            return "0";
        }
        if (largest >= 1e-3 && largest < 1e7) {
            return String.format(Locale.ROOT, "%,." + decimals(step) + "f", tick);
        }
        BigDecimal rounded = new BigDecimal(tick).round(new MathContext(6)).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        return rounded.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
    }

    private static int decimals(double step) {
        return Math.max(
                0,
                new BigDecimal(step)
                        .round(new MathContext(3))
                        .stripTrailingZeros()
                        .scale());
    }

    /** Where a number lies: 0 at the lower end, 1 at the upper. */
    double position(double value) {
        return (value - low) / (high - low);
    }
}
