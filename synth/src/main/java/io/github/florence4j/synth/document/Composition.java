package io.github.florence4j.synth.document;

import io.github.florence4j.synth.content.Content;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.page.Question;
import io.github.florence4j.synth.render.Condition;
import io.github.florence4j.synth.render.Drawing;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A document that is ready to be drawn.
 *
 * @param drawing what stands where
 * @param relation how the caption joins the subject: {@code from}
 * @param subject what the document is from, to or titled; a part of one of its lines
 * @param questions what can be asked about it
 * @param contents what belongs to its split alone
 */
public record Composition(
        Drawing drawing, String relation, String subject, List<Question> questions, Set<String> contents) {
    private static final int TRIES = 60;
    private static final int SPACIOUS_TRIES = 20;

    /**
     * Composes a document for a canvas.
     *
     * @throws IllegalArgumentException if the canvas is too small for legible letters
     */
    public static Composition of(
            DocumentKind kind, PageSettings settings, Rng rng, Condition condition, int width, int height) {
        Design design = Design.draw(rng, kind, settings.split());
        for (int i = 0; i < TRIES; i++) {
            Look look = Look.draw(rng, settings, condition, width, height, i >= SPACIOUS_TRIES);
            Sheet sheet = new Sheet(rng, look, design, new Content(rng, settings.split()));
            Template.of(kind).compose(sheet);
            Optional<List<Block>> kept = Placement.choose(sheet);
            if (kept.isPresent()) {
                return of(sheet, kept.get(), design.name(kind), width, height);
            }
        }
        throw new IllegalArgumentException("a canvas of " + width + " x " + height + " pixels is too small for "
                + kind.phrase() + " in letters of " + settings.minXHeight()
                + " pixels; expected about 190 x 190 for 8 pixels");
    }

    private static Composition of(Sheet sheet, List<Block> kept, String template, int width, int height) {
        Drawing drawing = Placement.place(sheet, kept, width, height);
        Set<String> contents = new LinkedHashSet<>(sheet.content.used());
        contents.add(template);
        return new Composition(
                drawing,
                sheet.relation(),
                sheet.subject(),
                kept.stream()
                        .flatMap(block -> block.questions.stream())
                        .collect(Collectors.toMap(Question::text, q -> q, (a, b) -> a, java.util.LinkedHashMap::new))
                        .values()
                        .stream()
                        .toList(),
                contents);
    }
}
