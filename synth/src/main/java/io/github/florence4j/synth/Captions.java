package io.github.florence4j.synth;

import io.github.florence4j.result.Box;
import io.github.florence4j.synth.document.Composition;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Line;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.Part;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.page.Phrase;
import io.github.florence4j.synth.render.Rendered;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says in one sentence what is on a page, and which phrase of it is where. */
final class Captions {
    private static final String[] COUNTS = {"no", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine"};

    /** The parts that captions name. */
    private static final Set<PartKind> NAMED = Set.of(
            PartKind.LOGO,
            PartKind.FIELD,
            PartKind.TABLE,
            PartKind.TOTAL,
            PartKind.LIST,
            PartKind.CHECKBOX,
            PartKind.PARAGRAPH,
            PartKind.SIGNATURE);

    private Captions() {}

    /** {@code An invoice from Acorn Ltd with three fields, a table and a total.} */
    static Page ofDocument(Rendered rendered, DocumentKind kind, Composition composition) {
        Map<PartKind, List<Box>> boxes = new EnumMap<>(PartKind.class);
        for (Part part : rendered.parts()) {
            if (NAMED.contains(part.kind())) {
                boxes.computeIfAbsent(part.kind(), key -> new ArrayList<>()).add(part.box());
            }
        }
        String start =
                Character.toUpperCase(kind.phrase().charAt(0)) + kind.phrase().substring(1);
        String subject = composition.subject();
        List<Phrase> phrases = new ArrayList<>();
        List<Box> itself = itself(kind, boxes);
        if (itself != null) {
            phrases.add(new Phrase(start, itself));
        }
        phrases.add(new Phrase(subject, List.of(boxOf(rendered.lines(), subject))));
        List<String> named = new ArrayList<>();
        boxes.forEach((part, places) -> {
            named.add(counted(part, places.size()));
            phrases.add(new Phrase(counted(part, places.size()), places));
        });
        String caption = start + " " + composition.relation() + " " + subject
                + (named.isEmpty() ? "" : " with " + enumerated(named)) + ".";
        return new Page(
                rendered.raster(),
                rendered.lines(),
                rendered.parts(),
                caption,
                phrases,
                composition.questions(),
                composition.contents());
    }

    /** Takes the part that is the whole document out of those that it has. */
    private static @Nullable List<Box> itself(DocumentKind kind, Map<PartKind, List<Box>> boxes) {
        return switch (kind) {
            case TABLE -> boxes.remove(PartKind.TABLE);
            case LIST -> boxes.remove(PartKind.LIST);
            default -> null;
        };
    }

    /** {@code The word Acorn}, {@code The character A}, {@code two lines of text}. */
    static Page ofSnippets(Rendered rendered, Level level, Set<String> contents) {
        List<Line> lines = rendered.lines();
        String text = lines.get(0).text();
        List<Box> boxes = rendered.parts().stream().map(Part::box).toList();
        String caption =
                switch (level) {
                    case GLYPH -> "The character " + text;
                    case DIGITS -> "The number " + text;
                    case WORD -> "The word " + text;
                    default -> counted(lines.size(), "line of text", "lines of text");
                };
        String phrase = level.ordinal() <= Level.WORD.ordinal() ? text : caption;
        return new Page(
                rendered.raster(),
                lines,
                rendered.parts(),
                caption,
                List.of(new Phrase(phrase, boxes)),
                List.of(),
                contents);
    }

    private static String counted(PartKind kind, int count) {
        return counted(count, kind.label(), kind.plural());
    }

    private static String counted(int count, String singular, String plural) {
        String number = count < COUNTS.length ? COUNTS[count] : String.valueOf(count);
        return number + " " + (count == 1 ? singular : plural);
    }

    private static String enumerated(List<String> things) {
        int last = things.size() - 1;
        return last == 0 ? things.get(0) : String.join(", ", things.subList(0, last)) + " and " + things.get(last);
    }

    private static Box boxOf(List<Line> lines, String text) {
        return lines.stream()
                .filter(line -> line.text().contains(text))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the page does not show its subject '" + text + "'"))
                .box();
    }
}
