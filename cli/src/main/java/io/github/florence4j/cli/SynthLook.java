package io.github.florence4j.cli;

import io.github.florence4j.synth.content.Split;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Effects;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.Strength;
import io.github.florence4j.synth.type.FontFamily;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say what synthetic documents look like. */
final class SynthLook {
    private static final String STRENGTHS = " none, light, medium or strong (default: ${DEFAULT-VALUE}).";

    @Option(
            names = "--font",
            paramLabel = "FONT",
            split = ",",
            description = "${COMPLETION-CANDIDATES}; handwriting is for what is filled in and signed (default: all).")
    private List<FontFamily> fonts = List.of(FontFamily.values());

    @Option(
            names = "--letter-height",
            paramLabel = "PIXELS",
            defaultValue = "8",
            description = "The least height of the letter x (default: ${DEFAULT-VALUE}).")
    private double letterHeight;

    @Option(names = "--grey", description = "Pages without colour.")
    private boolean grey;

    @Option(
            names = "--paper",
            paramLabel = "STRENGTH",
            defaultValue = "light",
            description = "Tone of the paper and uneven light:" + STRENGTHS)
    private Strength paper = Strength.LIGHT;

    @Option(
            names = "--skew",
            paramLabel = "STRENGTH",
            defaultValue = "light",
            description = "Pages turned by up to 0.8, 1.6 or 3 degrees:" + STRENGTHS)
    private Strength skew = Strength.LIGHT;

    @Option(
            names = "--noise",
            paramLabel = "STRENGTH",
            defaultValue = "light",
            description = "Grain and specks:" + STRENGTHS)
    private Strength noise = Strength.LIGHT;

    @Option(
            names = "--jpeg",
            paramLabel = "STRENGTH",
            defaultValue = "light",
            description = "Compression of every second page down to quality 75, 50 or 25:" + STRENGTHS)
    private Strength jpeg = Strength.LIGHT;

    /** The settings of training pages of these kinds. */
    PageSettings settings(List<DocumentKind> kinds) {
        return new PageSettings(Split.TRAIN, kinds, fonts, letterHeight, new Effects(paper, skew, noise, jpeg), !grey);
    }
}
