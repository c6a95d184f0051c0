package io.github.florence4j.synth.document;

import static io.github.florence4j.synth.page.Question.FORM;

import io.github.florence4j.synth.document.Block.Cell;
import io.github.florence4j.synth.document.Block.Mark;
import io.github.florence4j.synth.document.Block.Row;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.type.TypeSize;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** Boxes beside each other, one of which is ticked. */
final class CheckboxRow {
    private static final List<List<String>> CHOICES = List.of(
            List.of("Adult", "Child", "Senior"),
            List.of("Cash", "Card", "Check"),
            List.of("Small", "Medium", "Large"),
            List.of("Yes", "No"),
            List.of("Single", "Family", "Group"),
            List.of("Monthly", "Yearly"),
            List.of("Pickup", "Delivery"),
            List.of("Mail", "Phone", "Post"));

    private CheckboxRow() {}

    static Block add(Sheet sheet) {
        List<String> options = sheet.rng.pick(CHOICES);
        TypeSize type = sheet.look.body();
        int side = (int) Math.round(type.xHeight() * 1.35);
        int ticked = sheet.rng.between(0, options.size() - 1);
        List<Cell> cells = new ArrayList<>();
        List<Mark> marks = new ArrayList<>();
        double x = sheet.look.left();
        for (int i = 0; i < options.size(); i++) {
            marks.add(new Mark(box(x, -side, side), sheet.look.ink(), true));
            if (i == ticked) {
                marks.add(new Mark(cross(x, -side, side), sheet.look.handInk(), true));
            }
            x += side + 0.7 * type.advance(' ') + 2;
            cells.add(new Cell(options.get(i), type, Math.ceil(x), sheet.look.ink(), false));
            x = Math.ceil(x + type.width(options.get(i)) + 2.5 * type.advance(' ') + 3);
        }
        Block block = sheet.block(sheet.part(PartKind.CHECKBOX));
        block.rows.add(withMarks(Sheet.row(cells), marks));
        if (x - 2 * type.advance(' ') > sheet.look.right()) {
            block.misfit();
        }
        return block.ask(sheet.question(
                options.get(ticked), FORM, "Which box is ticked?", "Which option is marked with a cross?"));
    }

    private static Row withMarks(Row row, List<Mark> marks) {
        return new Row(row.cells(), marks, row.above(), row.below());
    }

    private static Shape box(double x, double y, int side) {
        int line = Math.max(1, side / 10);
        Path2D frame = new Path2D.Double(new Rectangle2D.Double(x, y, side, line));
        frame.append(new Rectangle2D.Double(x, y + side - line, side, line), false);
        frame.append(new Rectangle2D.Double(x, y + line, line, side - 2 * line), false);
        frame.append(new Rectangle2D.Double(x + side - line, y + line, line, side - 2 * line), false);
        return frame;
    }

    private static Shape cross(double x, double y, int side) {
        double arm = Math.max(1, side / 12.0);
        double in = 0.2 * side;
        Path2D cross = stroke(x + in, y + in, x + side - in, y + side - in, arm);
        cross.append(stroke(x + in, y + side - in, x + side - in, y + in, arm), false);
        return cross;
    }

    private static Path2D stroke(double x1, double y1, double x2, double y2, double half) {
        double length = Math.sqrt((x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1));
        double dx = half * (y2 - y1) / length;
        double dy = half * (x2 - x1) / length;
        Path2D path = new Path2D.Double();
        path.moveTo(x1 + dx, y1 - dy);
        path.lineTo(x2 + dx, y2 - dy);
        path.lineTo(x2 - dx, y2 + dy);
        path.lineTo(x1 - dx, y1 + dy);
        path.closePath();
        return path;
    }
}
