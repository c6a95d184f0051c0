package io.github.florence4j.weights;

import java.util.List;

/**
 * How the tensors of a checkpoint agree with its configuration.
 *
 * @param missing names, in the checkpoint's layout, of tensors that the model needs and no file has
 * @param unexpected names in the files that the model does not know
 * @param misshapen one line for each tensor with another shape or type than the model needs
 * @param ignored names in the files that the model does not need, known to be harmless
 * @param warnings one sentence for each thing that was repaired or looks wrong
 */
public record LoadReport(
        List<String> missing,
        List<String> unexpected,
        List<String> misshapen,
        List<String> ignored,
        List<String> warnings) {
    private static final int MAX_LINES = 20;

    /** Copies the lists. */
    public LoadReport {
        missing = List.copyOf(missing);
        unexpected = List.copyOf(unexpected);
        misshapen = List.copyOf(misshapen);
        ignored = List.copyOf(ignored);
        warnings = List.copyOf(warnings);
    }

    /** Whether the model can be built. */
    public boolean fits() {
        return missing.isEmpty() && unexpected.isEmpty() && misshapen.isEmpty();
    }

    /** A sentence that says what does not fit, then the names, one per line. */
    public String describe(String where) {
        StringBuilder text = new StringBuilder("the weights in " + where + " do not fit its config.json: "
                + missing.size() + " missing, " + unexpected.size() + " unexpected and " + misshapen.size()
                + " misshapen tensors");
        append(text, "missing", missing);
        append(text, "unexpected", unexpected);
        append(text, "misshapen", misshapen);
        return text.toString();
    }

    private static void append(StringBuilder text, String kind, List<String> lines) {
        lines.stream()
                .limit(MAX_LINES)
                .forEach(line -> text.append("\n  ").append(kind).append(": ").append(line));
        if (lines.size() > MAX_LINES) {
            text.append("\n  ... and ")
                    .append(lines.size() - MAX_LINES)
                    .append(" more ")
                    .append(kind);
        }
    }
}
