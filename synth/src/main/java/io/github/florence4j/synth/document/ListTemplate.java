package io.github.florence4j.synth.document;

import static io.github.florence4j.synth.page.Question.LAYOUT;
import static io.github.florence4j.synth.page.Question.OTHERS;
import static io.github.florence4j.synth.page.Question.TABLE;

import io.github.florence4j.synth.content.Content;
import io.github.florence4j.synth.document.Block.Cell;
import io.github.florence4j.synth.document.Block.Mark;
import io.github.florence4j.synth.document.Block.Row;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.page.Question;
import io.github.florence4j.synth.type.TypeSize;
import java.awt.geom.Ellipse2D;
import java.util.List;
import java.util.function.Supplier;

/** A list with a title: numbered, with hyphens or with dots. */
final class ListTemplate implements Template {
    private static final int MOST_ITEMS = 16;
    private static final List<String> ORDINALS = List.of("first", "second", "third", "fourth", "fifth", "sixth");
    private static final List<String> NUMBERS = List.of(
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen");

    /** What a list is of. */
    private record Theme(String title, Supplier<String> items) {}

    @Override
    public void compose(Sheet sheet) {
        Theme theme = theme(sheet);
        sheet.about("titled", theme.title());
        Block title = sheet.title(theme.title());
        title.ask(sheet.question(theme.title(), LAYOUT, "What is the title of the list?", "What is the list called?"));
        if (sheet.design.swapped()) {
            author(sheet);
        }
        items(sheet, theme, title);
        if (!sheet.design.swapped()) {
            author(sheet);
        }
    }

    private static void author(Sheet sheet) {
        String author = sheet.content.person();
        sheet.field(
                        PartKind.FIELD,
                        Design.FieldStyle.INLINE,
                        sheet.look.body(),
                        author,
                        sheet.look.body(),
                        sheet.rng.pick("Written by", "List of", "From"),
                        "By")
                .optional(2)
                .ask(sheet.question(author, LAYOUT, "Who wrote the list?", "Whose list is it?"));
    }

    private static void items(Sheet sheet, Theme theme, Block title) {
        List<String> items = Content.distinct(sheet.rows(3, MOST_ITEMS, 1), theme.items());
        int part = sheet.part(PartKind.LIST);
        for (int i = 0; i < items.size(); i++) {
            String item = items.get(i);
            Block block = item(sheet, part, i, item);
            boolean last = i == items.size() - 1;
            if (last && sheet.rng.chance(0.5)) {
                block.ask(sheet.question(
                        item, TABLE, "What is the last item on the list?", "What comes last on the list?"));
            } else if (i < ORDINALS.size()) {
                block.ask(sheet.question(
                        item,
                        TABLE,
                        "What is the " + ORDINALS.get(i) + " item on the list?",
                        "What is number " + (i + 1) + " on the list?"));
            }
            if (i > 0) {
                block.ask(sheet.question(item, TABLE, "What comes after " + items.get(i - 1) + "?"));
            }
        }
        title.ask(new Question(
                "How many items are on the list?",
                List.of(OTHERS, TABLE),
                List.of(String.valueOf(items.size()), NUMBERS.get(items.size()))));
    }

    private static Block item(Sheet sheet, int part, int index, String text) {
        TypeSize type = sheet.look.body();
        int left = sheet.look.left();
        Block block = sheet.block(part);
        double start;
        switch (sheet.design.fields()) {
            case TABBED, INLINE -> {
                String mark = sheet.design.fields() == Design.FieldStyle.TABBED ? (index + 1) + "." : "-";
                start = left + type.width(mark) + type.advance(' ');
                block.rows.add(Sheet.row(List.of(
                        new Cell(mark, type, left, sheet.look.ink(), false),
                        new Cell(text, type, start, sheet.look.ink(), true))));
            }
            default -> {
                double size = Math.max(3, 0.3 * type.em());
                double top = -type.xHeight() / 2 - size / 2;
                start = left + size + 1.5 * type.advance(' ');
                Row row = Sheet.row(List.of(new Cell(text, type, start, sheet.look.ink(), false)));
                Mark dot = new Mark(new Ellipse2D.Double(left, top, size, size), sheet.look.ink(), true);
                block.rows.add(new Row(row.cells(), List.of(dot), row.above(), row.below()));
            }
        }
        if (start + type.width(text) > sheet.look.right()) {
            block.misfit();
        }
        return block;
    }

    private static Theme theme(Sheet sheet) {
        Content content = sheet.content;
        return switch (sheet.rng.between(0, 5)) {
            case 0 -> new Theme(sheet.rng.pick("Shopping list", "Groceries", "To buy"), content::food);
            case 1 -> new Theme(sheet.rng.pick("To do", "Tasks", "This week"), content::chore);
            case 2 -> new Theme(sheet.rng.pick("Members", "Guests", "Players"), content::person);
            case 3 -> new Theme(sheet.rng.pick("Agenda", "Topics", "Mail today"), content::subject);
            case 4 -> new Theme(sheet.rng.pick("Inventory", "Packing list", "Spare parts"), content::product);
            default -> new Theme(sheet.rng.pick("Cities to see", "Our cities", "Stops"), content::city);
        };
    }
}
