package io.github.florence4j.synth.document;

import io.github.florence4j.synth.page.Question;
import io.github.florence4j.synth.type.TypeSize;
import java.awt.Shape;
import java.util.ArrayList;
import java.util.List;

/** Rows that stay together on a page, and the questions that can be asked if they are there. */
final class Block {

    /** Text of a row at a place that is fixed already. */
    record Cell(String text, TypeSize type, double x, int ink, boolean joined) {}

    /** A shape of a row; columns count from the left of the page, rows from the baseline. */
    record Mark(Shape shape, int ink, boolean belongsToPart) {}

    /** A row: cells, marks, and how far it reaches above and below its baseline. */
    record Row(List<Cell> cells, List<Mark> marks, int above, int below) {
        int height() {
            return above + below;
        }
    }

    final int part;
    final List<Row> rows = new ArrayList<>();
    final List<Question> questions = new ArrayList<>();
    private int rank;
    private boolean misfit;

    Block(int part) {
        this.part = part;
    }

    /** Lets the block be left out when there is no room; the highest rank goes first. */
    Block optional(int newRank) {
        rank = newRank;
        return this;
    }

    Block ask(Question question) {
        questions.add(question);
        return this;
    }

    /** Notes that the block is too wide. */
    Block misfit() {
        misfit = true;
        return this;
    }

    boolean isMisfit() {
        return misfit;
    }

    int rank() {
        return rank;
    }

    int height(int leading) {
        return rows.stream().mapToInt(Row::height).sum() + leading * Math.max(0, rows.size() - 1);
    }
}
