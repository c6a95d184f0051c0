package io.github.florence4j.parse;

import io.github.florence4j.parse.Lexer.Kind;
import io.github.florence4j.parse.Lexer.Token;
import io.github.florence4j.parse.Tags.Loc;
import io.github.florence4j.result.Detection;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegion;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.PolygonInstance;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.result.Ring;
import io.github.florence4j.result.Text;
import io.github.florence4j.task.ParserKind;
import java.util.ArrayList;
import java.util.List;

/**
 * The default parser: reads whole tags, so that labels hold only words. Every complete group of location tokens becomes
 * an item, with whatever label is there; incomplete groups are left out.
 */
final class Florence4jParser {
    private static final int BOX = 4;
    private static final int QUAD = 8;

    private final String text;
    private final ParserKind kind;
    private final Coordinates coordinates;
    private final Phrase phrase;
    private final List<Loc> run = new ArrayList<>();
    private final List<List<Loc>> rings = new ArrayList<>();
    private final List<Detection> boxes = new ArrayList<>();
    private final List<ItemSpan> boxSpans = new ArrayList<>();
    private final List<OcrRegion> quads = new ArrayList<>();
    private final List<ItemSpan> quadSpans = new ArrayList<>();
    private final List<PolygonInstance> instances = new ArrayList<>();
    private final List<ItemSpan> instanceSpans = new ArrayList<>();
    private boolean phraseEnded;
    private boolean outlining;

    private Florence4jParser(String text, ParserKind kind, Coordinates coordinates) {
        this.text = text;
        this.kind = kind;
        this.coordinates = coordinates;
        this.phrase = new Phrase(text);
        this.outlining = kind == ParserKind.POLYGONS;
    }

    static Parsed parse(String text, ParserKind kind, Coordinates coordinates) {
        if (kind == ParserKind.PURE_TEXT) {
            return words(text, false);
        }
        Florence4jParser parser = new Florence4jParser(text, kind, coordinates);
        Lexer.tokens(text).forEach(parser::accept);
        parser.endGroup();
        return parser.result();
    }

    /** The words alone; with {@code keepTaskTags} all but the control tags stay, for answers in a format of one's own. */
    static Parsed words(String text, boolean keepTaskTags) {
        Phrase words = new Phrase(text);
        for (Token token : Lexer.tokens(text)) {
            boolean kept = token.kind() == Kind.WORDS || (keepTaskTags && token.kind() != Kind.CONTROL);
            if (kept) {
                words.add(token.start(), token.end());
            }
        }
        Range range = words.range(0);
        ItemSpan span = new ItemSpan(range.start(), range.end(), range.end(), range.end());
        return new Parsed(new Text(words.label()), List.of(span));
    }

    private void accept(Token token) {
        switch (token.kind()) {
            case WORDS -> words(token);
            case LOC -> {
                run.add(new Loc(token.start(), token.end(), token.bin()));
                phraseEnded = true;
            }
            case SEP -> endRun();
            case POLY_OPEN -> {
                endGroup();
                outlining = kind == ParserKind.POLYGONS || kind == ParserKind.DESCRIPTION_WITH_BBOXES_OR_POLYGONS;
                phraseEnded = true;
            }
            case POLY_CLOSE -> {
                endGroup();
                outlining = kind == ParserKind.POLYGONS;
            }
            case CONTROL, TASK -> {
                // means nothing here
            }
        }
    }

    private void words(Token token) {
        endGroup();
        if (phraseEnded) {
            phrase.clear();
            phraseEnded = false;
            outlining = kind == ParserKind.POLYGONS;
        }
        phrase.add(token.start(), token.end());
    }

    private void endGroup() {
        endRun();
        if (!rings.isEmpty()) {
            Range coords = new Range(
                    rings.get(0).get(0).start(),
                    last(rings.get(rings.size() - 1)).end());
            boolean labelled = kind != ParserKind.POLYGONS;
            List<Ring> outlines = rings.stream().map(coordinates::ring).toList();
            instances.add(new PolygonInstance(outlines, labelled ? phrase.label() : ""));
            instanceSpans.add(span(labelled, coords));
            rings.clear();
        }
    }

    private void endRun() {
        if (outlining) {
            if (run.size() >= 2) {
                rings.add(List.copyOf(run));
            }
        } else if (kind == ParserKind.OCR) {
            endQuads();
        } else {
            endBoxes();
        }
        run.clear();
    }

    private void endBoxes() {
        if (run.size() < BOX) {
            return;
        }
        boolean labelled = kind != ParserKind.BBOXES;
        String label = labelled ? phrase.label() : "";
        if (kind == ParserKind.PHRASE_GROUNDING && GroundingStopWords.contains(label)) {
            return;
        }
        for (int i = 0; i + BOX <= run.size(); i += BOX) {
            List<Loc> box = run.subList(i, i + BOX);
            boxes.add(new Detection(coordinates.box(box), label));
            boxSpans.add(span(labelled, rangeOf(box)));
        }
    }

    /** A line of text has one quad; further ones in a row have no text. */
    private void endQuads() {
        for (int i = 0; i + QUAD <= run.size(); i += QUAD) {
            List<Loc> quad = run.subList(i, i + QUAD);
            quads.add(new OcrRegion(coordinates.quad(quad), phrase.label()));
            quadSpans.add(span(true, rangeOf(quad)));
            phrase.clear();
        }
    }

    private ItemSpan span(boolean labelled, Range coords) {
        Range label = labelled ? phrase.range(coords.start()) : new Range(coords.start(), coords.start());
        return new ItemSpan(label.start(), label.end(), coords.start(), coords.end());
    }

    private Parsed result() {
        return switch (kind) {
            case OCR -> new Parsed(new OcrRegions(quads), quadSpans);
            case POLYGONS -> new Parsed(new Polygons(instances), instanceSpans);
            case DESCRIPTION_WITH_BBOXES_OR_POLYGONS -> {
                List<ItemSpan> spans = new ArrayList<>(boxSpans);
                spans.addAll(instanceSpans);
                yield new Parsed(new OpenVocabularyDetections(new Detections(boxes), new Polygons(instances)), spans);
            }
            default -> new Parsed(new Detections(boxes), boxSpans);
        };
    }

    private static Range rangeOf(List<Loc> locs) {
        return new Range(locs.get(0).start(), last(locs).end());
    }

    private static Loc last(List<Loc> locs) {
        return locs.get(locs.size() - 1);
    }
}
