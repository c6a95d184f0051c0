package io.github.florence4j.synth.document;

import io.github.florence4j.synth.content.Content;
import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.content.Value;
import io.github.florence4j.synth.document.Block.Cell;
import io.github.florence4j.synth.document.Block.Mark;
import io.github.florence4j.synth.document.Block.Row;
import io.github.florence4j.synth.document.Design.Align;
import io.github.florence4j.synth.document.Design.FieldStyle;
import io.github.florence4j.synth.document.Design.Frame;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.page.Question;
import io.github.florence4j.synth.type.TypeSize;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** A page in the making: templates add blocks from top to bottom, already as wide as they will be. */
final class Sheet {
    private static final double TAB = 0.42;
    private static final double TITLE_SCALE = 1.5;

    final Rng rng;
    final Look look;
    final Design design;
    final Content content;
    final List<Block> blocks = new ArrayList<>();
    final List<PartKind> parts = new ArrayList<>();
    private String relation = "";
    private String subject = "";

    Sheet(Rng rng, Look look, Design design, Content content) {
        this.rng = rng;
        this.look = look;
        this.design = design;
        this.content = content;
    }

    /** Says what the caption tells about the document: {@code from}, {@code Acorn Ltd}. The subject must be a line of the page. */
    void about(String itsRelation, String itsSubject) {
        relation = itsRelation;
        subject = itsSubject;
    }

    String relation() {
        return relation;
    }

    String subject() {
        return subject;
    }

    /** How many further rows of body text fit, beside the blocks that must be there. */
    int room() {
        int used = blocks.stream()
                .filter(block -> block.rank() == 0)
                .mapToInt(block -> block.height(look.leading()) + look.leading())
                .sum();
        return (look.height() - used) / (look.rowHeight() + look.leading());
    }

    /** A number of rows from {@code least} to {@code most} that leaves some for later. */
    int rows(int least, int most, int forLater) {
        int fitting = Math.max(least, Math.min(most, room() - forLater));
        return rng.between(Math.max(least, fitting / 3), fitting);
    }

    Question question(Value value, List<String> types, String... wordings) {
        return new Question(rng.pick(wordings), types, value.accepted());
    }

    Question question(String answer, String type, String... wordings) {
        return question(Value.of(answer), List.of(type), wordings);
    }

    /** A new part of the page. */
    int part(PartKind kind) {
        parts.add(kind);
        return parts.size() - 1;
    }

    Block block(int part) {
        Block block = new Block(part);
        blocks.add(block);
        return block;
    }

    /** A heading, as large as the width allows. */
    Block title(String text) {
        TypeSize type = look.strong();
        for (double scale = rng.uniform(1.15, TITLE_SCALE); scale > 1; scale -= 0.08) {
            TypeSize larger = look.family().bold().size(look.body().em() * scale);
            if (larger.width(text) <= look.width()) {
                type = larger;
                break;
            }
        }
        int ink = rng.chance(0.3) ? look.accent() : look.ink();
        Block block = block(part(PartKind.TITLE));
        line(block, design.heading(), type, ink, text);
        if (design.frame() == Frame.RULED) {
            addRule(block, look.left(), look.right());
        }
        return block;
    }

    /** One line of text. */
    Block text(PartKind kind, Align align, TypeSize type, String text) {
        Block block = block(part(kind));
        line(block, align, type, inkOf(type), text);
        return block;
    }

    private void line(Block block, Align align, TypeSize type, int ink, String text) {
        double width = type.width(text);
        if (width > look.width()) {
            block.misfit();
        }
        block.rows.add(row(List.of(new Cell(text, type, start(align, width), ink, false))));
    }

    private double start(Align align, double width) {
        return switch (align) {
            case LEFT -> look.left();
            case CENTER -> look.left() + (look.width() - width) / 2;
            case RIGHT -> look.right() - width;
        };
    }

    int inkOf(TypeSize type) {
        return type.equals(look.hand()) ? look.handInk() : look.ink();
    }

    static Row row(List<Cell> cells, Mark... marks) {
        int above = 0;
        int below = 0;
        for (Cell cell : cells) {
            above = Math.max(above, cell.type().ascent());
            below = Math.max(below, cell.type().descent());
        }
        return new Row(List.copyOf(cells), List.of(marks), above, below);
    }

    /** Draws a line under the last row of a block. */
    void addRule(Block block, double from, double to) {
        Row last = block.rows.remove(block.rows.size() - 1);
        int thickness = Math.max(1, look.rowHeight() / 18);
        List<Mark> marks = new ArrayList<>(last.marks());
        marks.add(new Mark(new Rectangle2D.Double(from, last.below() + 1, to - from, thickness), look.ink(), false));
        block.rows.add(new Row(last.cells(), marks, last.above(), last.below() + 2 + thickness));
    }

    /** Running text, broken into lines. */
    Block paragraph(PartKind kind, TypeSize type, String text) {
        Block block = block(part(kind));
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (line.length() > 0 && type.width(line + " " + word) > look.width()) {
                line(block, Align.LEFT, type, inkOf(type), line.toString());
                line.setLength(0);
            }
            line.append(line.length() > 0 ? " " : "").append(word);
        }
        line(block, Align.LEFT, type, inkOf(type), line.toString());
        return block;
    }

    /** A label and a value in the fields' style of the design. */
    Block field(PartKind kind, String value, TypeSize type, String... labels) {
        return field(kind, design.fields(), look.body(), value, type, labels);
    }

    /**
     * A label and a value.
     *
     * @param labels from the best to the shortest; the first that fits is taken
     */
    Block field(PartKind kind, FieldStyle style, TypeSize labelType, String value, TypeSize type, String... labels) {
        Block block = block(part(kind));
        for (String label : labels) {
            if (labelType.width(label + ": ") + type.width(value) <= look.width()) {
                block.rows.add(fieldRow(style, labelType, label, value, type));
                return frameField(block);
            }
        }
        String label = labels[0];
        line(
                block,
                Align.LEFT,
                labelType,
                look.ink(),
                labelType.width(label) <= look.width() ? label : labels[labels.length - 1]);
        line(block, Align.LEFT, type, inkOf(type), value);
        return frameField(block);
    }

    private Block frameField(Block block) {
        if (design.frame() == Frame.BOXED && parts.get(block.part) == PartKind.FIELD) {
            addRule(block, look.left(), look.right());
        }
        return block;
    }

    private Row fieldRow(FieldStyle style, TypeSize labelType, String label, String value, TypeSize type) {
        double space = look.body().advance(' ');
        double labelEnd = look.left() + labelType.width(label);
        double flush = look.right() - type.width(value);
        double tab = look.left() + TAB * look.width();
        boolean tabFits = labelEnd + 2 * space <= tab && tab <= flush;
        if (style == FieldStyle.TABBED && tabFits) {
            return apart(labelType, label, value, type, tab);
        }
        if (style == FieldStyle.FLUSH_RIGHT && labelEnd + 2 * space <= flush) {
            return apart(labelType, label, value, type, flush);
        }
        if (style == FieldStyle.DOTTED && labelEnd + 5 * space <= flush) {
            return dotted(apart(labelType, label, value, type, flush), labelEnd + space, flush - space);
        }
        Cell first = new Cell(label + ":", labelType, look.left(), look.ink(), false);
        double after = look.left() + labelType.width(label + ":") + space;
        return row(List.of(first, new Cell(value, type, after, inkOf(type), true)));
    }

    private Row apart(TypeSize labelType, String label, String value, TypeSize type, double x) {
        return row(List.of(
                new Cell(label, labelType, look.left(), look.ink(), false),
                new Cell(value, type, x, inkOf(type), false)));
    }

    private Row dotted(Row row, double from, double to) {
        double size = Math.max(1, look.body().em() / 14);
        Path2D dots = new Path2D.Double();
        for (double x = Math.ceil(from); x + size <= to; x += Math.round(5 * size)) {
            dots.append(new Rectangle2D.Double(x, -size, size, size), false);
        }
        return new Row(row.cells(), List.of(new Mark(dots, look.ink(), false)), row.above(), row.below());
    }
}
