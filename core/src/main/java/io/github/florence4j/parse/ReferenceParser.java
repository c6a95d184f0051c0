package io.github.florence4j.parse;

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
import io.github.florence4j.task.Profile;
import io.github.florence4j.text.UnicodeSpace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses as the two reference processors do, their oddities included (specification 7.3 to 7.9): a scanner in one pass
 * where they use regular expressions with backtracking.
 */
final class ReferenceParser {
    private final Coordinates coordinates;
    private final boolean microsoft;

    ReferenceParser(Coordinates coordinates, Profile profile) {
        this.coordinates = coordinates;
        this.microsoft = profile == Profile.MICROSOFT;
    }

    Parsed parse(String text, ParserKind kind) {
        return switch (kind) {
            case PURE_TEXT -> pureText(text);
            case OCR -> ocr(text);
            case DESCRIPTION_WITH_BBOXES -> labelledBoxes(text, false);
            case BBOXES -> bareBoxes(text);
            case PHRASE_GROUNDING -> labelledBoxes(text, true);
            case POLYGONS -> polygons(text, false);
            case DESCRIPTION_WITH_BBOXES_OR_POLYGONS -> openVocabulary(text);
        };
    }

    private Parsed pureText(String raw) {
        Clean clean = Clean.without(raw, "<s>", "</s>");
        Range all = new Range(0, clean.text().length());
        Range kept = microsoft ? all : all.trimmed(clean.text());
        Range nothing = new Range(kept.end(), kept.end());
        return new Parsed(new Text(kept.of(clean.text())), List.of(clean.span(kept, nothing)));
    }

    private Parsed ocr(String raw) {
        Clean clean = microsoft ? Clean.without(raw, "<s>") : Clean.without(raw, "<s>", "</s>", "<pad>");
        List<OcrRegion> regions = new ArrayList<>();
        List<ItemSpan> spans = new ArrayList<>();
        for (OcrLines.Line line : OcrLines.of(clean.text())) {
            Range label = microsoft ? line.label() : line.label().trimmed(clean.text());
            regions.add(new OcrRegion(coordinates.quad(line.quad()), label.of(clean.text())));
            spans.add(clean.span(label, rangeOf(line.quad())));
        }
        return new Parsed(new OcrRegions(regions), spans);
    }

    private Parsed labelledBoxes(String raw, boolean grounding) {
        Clean clean = cleaned(raw);
        List<Detection> items = new ArrayList<>();
        List<ItemSpan> spans = new ArrayList<>();
        for (TextBlocks.Block block : TextBlocks.withPhrase(clean.text(), false)) {
            Range label = label(clean.text(), block.start(), block.end(), false);
            if (label == null || (grounding && GroundingStopWords.contains(label.of(clean.text())))) {
                continue;
            }
            addBoxes(clean, block, label, items, spans);
        }
        return new Parsed(new Detections(items), spans);
    }

    private Parsed bareBoxes(String raw) {
        Clean clean = cleaned(raw);
        List<Detection> items = new ArrayList<>();
        List<ItemSpan> spans = new ArrayList<>();
        for (TextBlocks.Block block : TextBlocks.withoutPhrase(clean.text(), false)) {
            addBoxes(clean, block, new Range(block.start(), block.start()), items, spans);
        }
        return new Parsed(new Detections(items), spans);
    }

    private void addBoxes(
            Clean clean, TextBlocks.Block block, Range label, List<Detection> items, List<ItemSpan> spans) {
        List<Loc> locs = Tags.locs(clean.text(), block.tags(), block.end());
        String name = ascii(label.of(clean.text()));
        for (int i = 0; i + 4 <= locs.size(); i += 4) {
            List<Loc> box = locs.subList(i, i + 4);
            items.add(new Detection(coordinates.box(box), name));
            spans.add(clean.span(label, rangeOf(box)));
        }
    }

    private Parsed openVocabulary(String raw) {
        if (raw.contains(Tags.POLY_OPEN)) {
            Parsed found = polygons(raw, true);
            Detections none = new Detections(List.of());
            return new Parsed(new OpenVocabularyDetections(none, (Polygons) found.result()), found.spans());
        }
        Parsed found = labelledBoxes(raw, false);
        Polygons none = new Polygons(List.of());
        return new Parsed(new OpenVocabularyDetections((Detections) found.result(), none), found.spans());
    }

    private Parsed polygons(String raw, boolean withPhrase) {
        Clean clean = cleaned(raw);
        String text = clean.text();
        List<PolygonInstance> items = new ArrayList<>();
        List<ItemSpan> spans = new ArrayList<>();
        List<TextBlocks.Block> blocks =
                withPhrase ? TextBlocks.withPhrase(text, true) : TextBlocks.withoutPhrase(text, true);
        for (TextBlocks.Block block : blocks) {
            Range label = label(text, labelStart(text, block), block.end(), true);
            if (label == null) {
                continue;
            }
            String name = label.of(text);
            for (Range instance : instances(text, block)) {
                List<List<Loc>> rings = rings(text, instance);
                if (!rings.isEmpty()) {
                    List<Ring> outlines = rings.stream().map(coordinates::ring).toList();
                    items.add(new PolygonInstance(outlines, name));
                    spans.add(clean.span(label, outer(rings)));
                }
            }
        }
        return new Parsed(new Polygons(items), spans);
    }

    /** Past the leading fragment that a polygon label does without: a tag's tail for one, a whole token for the other. */
    private int labelStart(String text, TextBlocks.Block block) {
        if (!microsoft) {
            return Math.max(block.start(), Tags.locEnd(text, block.start()));
        }
        String tail = Tags.LOC_PREFIX.substring(1);
        int digits = block.start() + tail.length();
        if (!text.startsWith(tail, block.start())) {
            return block.start();
        }
        int end = Tags.digitsEnd(text, digits);
        return end > digits && text.startsWith(">", end) ? end + 1 : block.start();
    }

    /** The label of a block, trimmed: all up to the first tag that ends labels, or null if a line ends before. */
    static @Nullable Range label(String text, int start, int end, boolean polygonTags) {
        int at = start;
        while (at < end && UnicodeSpace.isSpace(text.charAt(at))) {
            at++;
        }
        int first = at;
        while (at < end && text.charAt(at) != '\n') {
            if (Tags.stopsLabel(text, at, polygonTags)) {
                return new Range(first, at).trimmed(text);
            }
            at++;
        }
        return null;
    }

    private static List<Range> instances(String text, TextBlocks.Block block) {
        int open = indexOf(text, Tags.POLY_OPEN, block.tags(), block.end());
        int anyClose = indexOf(text, Tags.POLY_CLOSE, block.tags(), block.end());
        if (open < 0 || anyClose < 0) {
            return List.of(new Range(block.tags(), block.end()));
        }
        List<Range> contents = new ArrayList<>();
        while (open >= 0) {
            int start = open + Tags.POLY_OPEN.length();
            int close = indexOf(text, Tags.POLY_CLOSE, start, block.end());
            if (close < 0) {
                break;
            }
            contents.add(new Range(start, close));
            open = indexOf(text, Tags.POLY_OPEN, close, block.end());
        }
        return contents;
    }

    /** The location runs that a {@code <sep>} or the instance's end follows. */
    private static List<List<Loc>> rings(String text, Range instance) {
        List<List<Loc>> rings = new ArrayList<>();
        int at = text.indexOf('<', instance.start());
        while (at >= 0 && at < instance.end()) {
            int end = Tags.run(text, at, false).end();
            boolean closed = end == instance.end() || text.startsWith(Tags.SEP, end);
            if (end > at && closed) {
                rings.add(Tags.locs(text, at, end));
            }
            at = text.indexOf('<', Math.max(end, at + 1));
        }
        return rings;
    }

    /** The first such tag before {@code end}, or -1; looks no further, so that many blocks stay linear. */
    private static int indexOf(String text, String tag, int from, int end) {
        for (int at = from; at + tag.length() <= end; at++) {
            if (text.startsWith(tag, at)) {
                return at;
            }
        }
        return -1;
    }

    private static Clean cleaned(String raw) {
        return Clean.without(raw, "<s>", "</s>", "<pad>");
    }

    private static Range rangeOf(List<Loc> locs) {
        return new Range(locs.get(0).start(), locs.get(locs.size() - 1).end());
    }

    private static Range outer(List<List<Loc>> rings) {
        return new Range(
                rangeOf(rings.get(0)).start(),
                rangeOf(rings.get(rings.size() - 1)).end());
    }

    private static String ascii(String label) {
        StringBuilder kept = new StringBuilder(label.length());
        for (int i = 0; i < label.length(); i++) {
            if (label.charAt(i) < 0x80) {
                kept.append(label.charAt(i));
            }
        }
        return kept.toString();
    }
}
