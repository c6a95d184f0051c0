package io.github.florence4j.train;

import io.github.florence4j.weights.KeyLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which linear layers get adapters, said as PEFT's {@code target_modules} says it: names, one regular expression, or all.
 * A layer goes by its name in the transformers layout or in the original one, whichever fits.
 */
public sealed interface LoraTargets {
    /** All projections and feed-forward layers of the language model. */
    LoraTargets LANGUAGE_MODEL = new Matching(".*language_model\\..*\\.(q_proj|k_proj|v_proj|out_proj|fc1|fc2)");

    /** Every linear layer but the output head, which is tied to the token table. */
    LoraTargets ALL_LINEAR = new AllLinear();

    /** How PEFT spells {@link #ALL_LINEAR}. */
    String ALL_LINEAR_NAME = "all-linear";

    /** Whether the layer of a transformers name, without {@code .weight}, is a target. */
    boolean matches(String layer);

    /**
     * Layers whose names are these or end in a dot and one of these, wherever they are: {@code fc1} is in the vision tower
     * too.
     */
    record Named(List<String> names) implements LoraTargets {
        /** Checks that there is a name. */
        public Named {
            names = List.copyOf(names);
            if (names.isEmpty()) {
                throw new IllegalArgumentException(
                        "LoRA has no targets; expected names of linear layers such as q_proj");
            }
        }

        @Override
        public boolean matches(String layer) {
            return names.stream().anyMatch(name -> fits(name, layer));
        }

        static boolean fits(String name, String layer) {
            return inEitherLayout(layer, module -> module.equals(name) || module.endsWith("." + name));
        }
    }

    /** Layers whose whole name fits a regular expression. */
    record Matching(String regex) implements LoraTargets {
        /** Checks the expression. */
        public Matching {
            compile("LoRA target", regex);
        }

        @Override
        public boolean matches(String layer) {
            Pattern pattern = Pattern.compile(regex);
            return inEitherLayout(layer, module -> pattern.matcher(module).matches());
        }
    }

    /** See {@link #ALL_LINEAR}. */
    record AllLinear() implements LoraTargets {
        @Override
        public boolean matches(String layer) {
            return LoraLayers.TIED.stream().noneMatch(layer::equals);
        }
    }

    /**
     * Targets as text: {@code all-linear}, names with commas between them, or else a regular expression.
     *
     * @throws IllegalArgumentException when it is none of them
     */
    static LoraTargets parse(String text) {
        if (text.equalsIgnoreCase(ALL_LINEAR_NAME)) {
            return ALL_LINEAR;
        }
        return text.matches("[\\w.,\\s]*")
                ? new Named(Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList())
                : new Matching(text);
    }

    private static boolean inEitherLayout(String layer, Predicate<String> fits) {
        return Arrays.stream(KeyLayout.values())
                .flatMap(layout -> LoraLayers.module(layer, layout).stream())
                .anyMatch(fits);
    }

    /** @throws IllegalArgumentException when it is no expression */
    static Pattern compile(String what, String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    what + " \"" + regex + "\" is no regular expression: " + e.getDescription() + " near position "
                            + Math.max(0, e.getIndex()),
                    e);
        }
    }
}
