package io.github.florence4j.synth.document;

import io.github.florence4j.synth.document.Block.Cell;
import io.github.florence4j.synth.document.Block.Mark;
import io.github.florence4j.synth.document.Block.Row;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.render.Drawing;
import io.github.florence4j.synth.render.Figure;
import io.github.florence4j.synth.render.Run;
import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Chooses the blocks of a sheet that fit, and spreads them over its height. */
final class Placement {
    private static final double WIDEST_GAP = 1.5;

    private final Sheet sheet;
    private final List<Block> kept;
    private final List<Run> runs = new ArrayList<>();
    private final List<Figure> figures = new ArrayList<>();
    private final List<PartKind> parts = new ArrayList<>();
    private int rows;

    private Placement(Sheet sheet, List<Block> kept) {
        this.sheet = sheet;
        this.kept = kept;
    }

    /** The blocks that are on the page; nothing if one that must be there does not fit. */
    static Optional<List<Block>> choose(Sheet sheet) {
        List<Block> kept = new ArrayList<>();
        for (Block block : sheet.blocks) {
            if (!block.isMisfit()) {
                kept.add(block);
            } else if (block.rank() == 0) {
                return Optional.empty();
            }
        }
        while (height(sheet, kept) > sheet.look.height()) {
            Block last = kept.stream()
                    .max(Comparator.comparingInt(Block::rank))
                    .filter(block -> block.rank() > 0)
                    .orElse(null);
            if (last == null) {
                return Optional.empty();
            }
            kept.remove(last);
        }
        return Optional.of(kept);
    }

    private static int height(Sheet sheet, List<Block> blocks) {
        int leading = sheet.look.leading();
        int height = -leading;
        for (Block block : blocks) {
            height += block.height(leading) + leading;
        }
        return height;
    }

    static Drawing place(Sheet sheet, List<Block> kept, int width, int height) {
        Placement placement = new Placement(sheet, kept);
        placement.place();
        return new Drawing(width, height, placement.runs, placement.figures, placement.parts);
    }

    private void place() {
        Look look = sheet.look;
        int spare = look.height() - height(sheet, kept);
        double[] shares = shares();
        double widest = WIDEST_GAP * look.rowHeight();
        double y = look.top();
        double given = 0;
        for (int i = 0; i < kept.size(); i++) {
            double gap = Math.min(widest, spare * shares[i]);
            given += gap;
            y += (int) (i == 0 ? 0 : gap);
            shares[i] = y;
            y += kept.get(i).height(look.leading()) + look.leading();
        }
        int shift = (int) sheet.rng.uniform(0, Math.max(0, spare - given) + 1);
        int lastPart = -1;
        for (int i = 0; i < kept.size(); i++) {
            Block block = kept.get(i);
            if (block.part != lastPart) {
                parts.add(sheet.parts.get(block.part));
                lastPart = block.part;
            }
            put(block, (int) shares[i] + shift);
        }
    }

    /** Which part of the spare height comes before each block; blocks of one part stay together. */
    private double[] shares() {
        double[] shares = new double[kept.size()];
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            boolean begins = i == 0 || kept.get(i).part != kept.get(i - 1).part;
            shares[i] = begins ? sheet.rng.uniform(0.1, 1) : 0;
            sum += shares[i];
        }
        for (int i = 0; i < shares.length; i++) {
            shares[i] /= sum;
        }
        return shares;
    }

    private void put(Block block, int top) {
        int part = parts.size() - 1;
        int y = top;
        for (Row row : block.rows) {
            int baseline = y + row.above();
            for (Mark mark : row.marks()) {
                AffineTransform down = AffineTransform.getTranslateInstance(0, baseline);
                figures.add(new Figure(
                        down.createTransformedShape(mark.shape()), mark.ink(), mark.belongsToPart() ? part : -1));
            }
            for (Cell cell : row.cells()) {
                runs.add(new Run(cell.text(), cell.type(), cell.x(), baseline, cell.ink(), cell.joined(), rows, part));
            }
            rows++;
            y += row.height() + sheet.look.leading();
        }
    }
}
