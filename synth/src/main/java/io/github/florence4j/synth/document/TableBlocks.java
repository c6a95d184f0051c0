package io.github.florence4j.synth.document;

import io.github.florence4j.synth.document.Block.Cell;
import io.github.florence4j.synth.document.Block.Mark;
import io.github.florence4j.synth.document.Block.Row;
import io.github.florence4j.synth.document.Design.Frame;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.type.TypeSize;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** Adds a table to a sheet: one block for each row, all in one part. */
final class TableBlocks {

    /** A column: its heading, empty for none, and whether numbers end below each other. */
    record Column(String heading, boolean flushRight) {}

    private final Sheet sheet;
    private final List<Column> columns;
    private final List<List<String>> rows;
    private final boolean boxed;
    private final double[] widths;
    private final double[] starts;

    private TableBlocks(Sheet sheet, List<Column> columns, List<List<String>> rows) {
        this.sheet = sheet;
        this.columns = columns;
        this.rows = rows;
        this.boxed = sheet.design.frame() == Frame.BOXED;
        this.widths = new double[columns.size()];
        this.starts = new double[columns.size()];
    }

    /**
     * Adds a table.
     *
     * @return the blocks of the rows, without that of the headings
     */
    static List<Block> add(Sheet sheet, List<Column> columns, List<List<String>> rows) {
        return new TableBlocks(sheet, columns, rows).add();
    }

    private List<Block> add() {
        boolean fits = measure();
        int part = sheet.part(PartKind.TABLE);
        boolean headed = columns.stream().anyMatch(column -> !column.heading().isEmpty());
        if (headed) {
            List<String> headings = columns.stream().map(Column::heading).toList();
            Block heading = block(part, headings, headingType(), true);
            if (sheet.design.frame() == Frame.RULED) {
                sheet.addRule(heading, sheet.look.left(), sheet.look.right());
            }
        }
        List<Block> blocks = new ArrayList<>();
        for (List<String> row : rows) {
            blocks.add(block(part, row, sheet.look.body(), !headed && blocks.isEmpty()));
        }
        if (!fits) {
            blocks.forEach(Block::misfit);
        }
        return blocks;
    }

    private TypeSize headingType() {
        return sheet.look.strong();
    }

    private double padding() {
        return boxed ? Math.max(2, Math.round(0.2 * sheet.look.body().em())) : 0;
    }

    /** Shares the width out: what the cells need, and the rest between the columns. */
    private boolean measure() {
        double needed = 0;
        for (int c = 0; c < widths.length; c++) {
            widths[c] = headingType().width(columns.get(c).heading());
            for (List<String> row : rows) {
                widths[c] = Math.max(widths[c], sheet.look.body().width(row.get(c)));
            }
            widths[c] = Math.ceil(widths[c]);
            needed += widths[c] + 2 * padding();
        }
        double leastGap = boxed ? 1 : 2 * sheet.look.body().advance(' ');
        double gaps = sheet.look.width() - needed;
        double gap = Math.floor(gaps / Math.max(1, widths.length - 1));
        double x = sheet.look.left() + padding();
        for (int c = 0; c < widths.length; c++) {
            starts[c] = x;
            x += widths[c] + gap + 2 * padding();
        }
        return gaps >= 0 && gap >= leastGap;
    }

    private Block block(int part, List<String> texts, TypeSize type, boolean first) {
        List<Cell> cells = new ArrayList<>();
        for (int c = 0; c < texts.size(); c++) {
            String text = texts.get(c);
            if (!text.isEmpty()) {
                double x = starts[c] + (columns.get(c).flushRight() ? widths[c] - type.width(text) : 0);
                cells.add(new Cell(text, type, x, sheet.look.ink(), false));
            }
        }
        Block block = sheet.block(part);
        Row row = Sheet.row(cells);
        block.rows.add(boxed ? boxed(row, first) : row);
        return block;
    }

    private Row boxed(Row row, boolean first) {
        int left = sheet.look.left();
        int width = sheet.look.width();
        int leading = sheet.look.leading();
        int above = row.above() + 2;
        int below = row.below() + 2;
        int top = -above - (first ? 0 : leading);
        List<Mark> lines = new ArrayList<>();
        if (first) {
            lines.add(line(left, top, width, 1));
        }
        lines.add(line(left, below - 1, width, 1));
        lines.add(line(left, top, 1, below - top));
        lines.add(line(left + width - 1, top, 1, below - top));
        for (int c = 1; c < starts.length; c++) {
            double x = Math.floor((starts[c] + starts[c - 1] + widths[c - 1]) / 2);
            lines.add(line(x, top, 1, below - top));
        }
        return new Row(row.cells(), lines, above, below);
    }

    private Mark line(double x, double y, double width, double height) {
        return new Mark(new Rectangle2D.Double(x, y, width, height), sheet.look.ink(), true);
    }
}
