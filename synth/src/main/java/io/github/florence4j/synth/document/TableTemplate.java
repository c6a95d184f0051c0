package io.github.florence4j.synth.document;

import static io.github.florence4j.synth.page.Question.LAYOUT;
import static io.github.florence4j.synth.page.Question.TABLE;

import io.github.florence4j.synth.content.Content;
import io.github.florence4j.synth.content.Money;
import io.github.florence4j.synth.content.Value;
import io.github.florence4j.synth.document.TableBlocks.Column;
import io.github.florence4j.synth.page.PartKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A table with a title. The first column names the rows; questions ask for the others. */
final class TableTemplate implements Template {
    private static final int MOST_ROWS = 18;
    private static final int WIDE = 34;

    /** A column of values and how one asks for the value of a row. */
    private record Facts(Column column, Supplier<Value> values, String before, String after) {
        String question(String row) {
            return before + row + after + "?";
        }
    }

    /** What a table is about. */
    private record Theme(String title, String rowHeading, Supplier<String> rows, List<Facts> facts) {}

    @Override
    public void compose(Sheet sheet) {
        Theme theme = theme(sheet);
        sheet.about("titled", theme.title());
        sheet.title(theme.title())
                .ask(sheet.question(
                        theme.title(), LAYOUT, "What is the title of the table?", "What is the table called?"));
        List<Facts> facts = new ArrayList<>(theme.facts());
        if (sheet.design.swapped()) {
            java.util.Collections.reverse(facts);
        }
        List<Facts> shown = sheet.look.characters() >= WIDE ? facts : facts.subList(0, 1);
        List<String> names = Content.distinct(sheet.rows(3, MOST_ROWS, 2), theme.rows());
        List<List<Value>> values = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            values.add(shown.stream().map(fact -> fact.values().get()).toList());
        }
        table(sheet, theme, shown, names, values);
        String source = sheet.content.company();
        sheet.field(
                        PartKind.FOOTER,
                        Design.FieldStyle.INLINE,
                        sheet.look.body(),
                        source,
                        sheet.look.body(),
                        sheet.rng.pick("Source", "By"))
                .optional(3)
                .ask(sheet.question(source, LAYOUT, "What is the source of the table?", "Who made the table?"));
    }

    private static void table(
            Sheet sheet, Theme theme, List<Facts> facts, List<String> names, List<List<Value>> values) {
        List<Column> columns = new ArrayList<>(List.of(new Column(theme.rowHeading(), false)));
        facts.forEach(fact -> columns.add(fact.column()));
        List<List<String>> cells = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            List<String> row = new ArrayList<>(List.of(names.get(i)));
            values.get(i).forEach(value -> row.add(value.shown()));
            cells.add(row);
        }
        List<Block> blocks = TableBlocks.add(sheet, columns, cells);
        for (int i = 0; i < names.size(); i++) {
            for (int f = 0; f < facts.size(); f++) {
                blocks.get(i)
                        .ask(sheet.question(
                                values.get(i).get(f),
                                List.of(TABLE),
                                facts.get(f).question(names.get(i))));
            }
        }
    }

    private static Theme theme(Sheet sheet) {
        Content content = sheet.content;
        return switch (sheet.rng.between(0, 5)) {
            case 0 ->
                new Theme(
                        sheet.rng.pick("Price list", "Our prices", "Shop prices"),
                        "Item",
                        content::product,
                        List.of(price(content), numbers(content, "Stock", "How many pieces of the ", " are in stock")));
            case 1 ->
                new Theme(
                        sheet.rng.pick("Menu", "Market prices", "Farm shop"),
                        "Food",
                        content::food,
                        List.of(price(content), numbers(content, "Grams", "How many grams are there of the ", "")));
            case 2 ->
                new Theme(
                        sheet.rng.pick("Staff", "Our team", "Staff list"),
                        "Name",
                        content::firstName,
                        List.of(
                                words("City", content::city, "In which city does ", " work"),
                                words("Job", content::job, "What is the job of ", "")));
            case 3 ->
                new Theme(
                        sheet.rng.pick("Scores", "Results", "Final scores"),
                        "Player",
                        content::firstName,
                        List.of(
                                numbers(content, "Points", "How many points does ", " have"),
                                words("Town", content::city, "From which town is ", "")));
            case 4 ->
                new Theme(
                        sheet.rng.pick("Timetable", "Courses", "Course plan"),
                        "Course",
                        content::topic,
                        List.of(
                                words("Time", content::time, "At what time does ", " begin"),
                                words("Teacher", content::lastName, "Who teaches ", "")));
            default ->
                new Theme(
                        sheet.rng.pick("Sales", "Branches", "Visitors"),
                        "City",
                        content::city,
                        List.of(
                                numbers(content, "Total", "What is the total for ", ""),
                                words("Head", content::lastName, "Who is the head in ", "")));
        };
    }

    private static Facts price(Content content) {
        Supplier<Value> prices = () -> content.money(50, 20_000).as(Money.Form.PLAIN);
        return new Facts(new Column("Price", true), prices, "What is the price of the ", "");
    }

    private static Facts numbers(Content content, String heading, String before, String after) {
        Supplier<Value> numbers = () -> Value.of(String.valueOf(content.integer(10, 999)));
        return new Facts(new Column(heading, true), numbers, before, after);
    }

    private static Facts words(String heading, Supplier<String> words, String before, String after) {
        return new Facts(new Column(heading, false), () -> Value.of(words.get()), before, after);
    }
}
