package io.github.florence4j.synth.document;

import io.github.florence4j.synth.document.Block.Mark;
import io.github.florence4j.synth.document.Block.Row;
import io.github.florence4j.synth.document.Design.Align;
import io.github.florence4j.synth.page.PartKind;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** A drawn mark. */
final class Logo {
    private Logo() {}

    static Block add(Sheet sheet) {
        int size = (int) (1.5 * sheet.look.rowHeight());
        Align align = sheet.design.heading();
        double x =
                switch (align) {
                    case LEFT -> sheet.look.left();
                    case CENTER -> sheet.look.left() + (sheet.look.width() - size) / 2.0;
                    case RIGHT -> sheet.look.right() - size;
                };
        Block block = sheet.block(sheet.part(PartKind.LOGO));
        Mark mark = new Mark(shape(sheet.rng.between(0, 5), x, -size, size), sheet.look.accent(), true);
        block.rows.add(new Row(List.of(), List.of(mark), size, 1));
        return block;
    }

    private static Shape shape(int kind, double x, double y, double size) {
        double half = size / 2;
        return switch (kind) {
            case 0 -> new Ellipse2D.Double(x, y, size, size);
            case 1 -> ring(x, y, size);
            case 2 -> new Rectangle2D.Double(x, y, size, size);
            case 3 -> polygon(x + half, y, x + size, y + size, x, y + size);
            case 4 -> polygon(x + half, y, x + size, y + half, x + half, y + size, x, y + half);
            default -> bars(x, y, size);
        };
    }

    /** A disc and, mirrored so that it winds the other way, the hole in it. */
    private static Shape ring(double x, double y, double size) {
        Path2D path = new Path2D.Double(new Ellipse2D.Double(x, y, size, size));
        double middle = x + size / 2;
        Shape hole = new Ellipse2D.Double(middle - size / 4, y + size / 4, size / 2, size / 2);
        path.append(new AffineTransform(-1, 0, 0, 1, 2 * middle, 0).createTransformedShape(hole), false);
        return path;
    }

    private static Shape polygon(double... points) {
        Path2D path = new Path2D.Double();
        path.moveTo(points[0], points[1]);
        for (int i = 2; i < points.length; i += 2) {
            path.lineTo(points[i], points[i + 1]);
        }
        path.closePath();
        return path;
    }

    private static Shape bars(double x, double y, double size) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < 3; i++) {
            double top = y + (2 - i) * size / 4;
            path.append(new Rectangle2D.Double(x + i * 0.37 * size, top, 0.26 * size, y + size - top), false);
        }
        return path;
    }
}
