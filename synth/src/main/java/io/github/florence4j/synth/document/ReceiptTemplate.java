package io.github.florence4j.synth.document;

import static io.github.florence4j.synth.page.Question.FORM;
import static io.github.florence4j.synth.page.Question.LAYOUT;
import static io.github.florence4j.synth.page.Question.TABLE;

import io.github.florence4j.synth.content.DateForm;
import io.github.florence4j.synth.content.Money;
import io.github.florence4j.synth.content.Value;
import io.github.florence4j.synth.document.Design.Align;
import io.github.florence4j.synth.document.Design.FieldStyle;
import io.github.florence4j.synth.document.TableBlocks.Column;
import io.github.florence4j.synth.page.PartKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A receipt. */
final class ReceiptTemplate implements Template {
    private static final int MOST_ITEMS = 16;
    private static final int DEAREST = 3_000;
    private static final int NOTE = 500;

    @Override
    public void compose(Sheet sheet) {
        String shop = sheet.content.company();
        sheet.about("from", shop);
        sheet.title(shop)
                .ask(sheet.question(
                        shop,
                        LAYOUT,
                        "What is the name of the shop?",
                        "Who is the receipt from?",
                        "Which shop gave the receipt?"));
        String city = sheet.content.city();
        sheet.text(PartKind.ADDRESS, sheet.design.heading(), sheet.look.body(), city)
                .optional(4)
                .ask(sheet.question(city, LAYOUT, "In which city is the shop?", "What is the city?"));
        if (sheet.design.swapped()) {
            head(sheet);
        }
        Purchase purchase = items(sheet);
        sums(sheet, purchase);
        if (!sheet.design.swapped()) {
            head(sheet);
        }
        sheet.text(
                        PartKind.FOOTER,
                        sheet.rng.pick(Align.CENTER, Align.LEFT),
                        sheet.look.body(),
                        sheet.rng.pick("Thank you!", "Please come again", "Have a nice day"))
                .optional(5);
    }

    private static void head(Sheet sheet) {
        Value date = sheet.rng.pick(DateForm.values()).of(sheet.content.date());
        sheet.field(PartKind.FIELD, date.shown(), sheet.look.body(), "Date")
                .ask(sheet.question(date, List.of(FORM), "What is the date of the receipt?", "When was this bought?"));
        String time = sheet.content.time();
        sheet.field(PartKind.FIELD, time, sheet.look.body(), "Time")
                .optional(3)
                .ask(sheet.question(time, FORM, "At what time was this bought?", "What is the time on the receipt?"));
        String number = sheet.content.number(5);
        sheet.field(PartKind.FIELD, number, sheet.look.body(), "Receipt no.", "No.")
                .optional(2)
                .ask(sheet.question(
                        number, FORM, "What is the receipt number?", "Which number does the receipt have?"));
        String cashier = sheet.content.firstName();
        sheet.field(PartKind.FIELD, cashier, sheet.look.body(), sheet.rng.pick("Cashier", "Served by"))
                .optional(4)
                .ask(sheet.question(cashier, FORM, "Who is the cashier?", "Who served the customer?"));
    }

    private static Purchase items(Sheet sheet) {
        Supplier<String> things = sheet.rng.chance(0.7) ? sheet.content::food : sheet.content::product;
        int later = sheet.design.swapped() ? 2 : 3;
        int count = sheet.rows(2, MOST_ITEMS, later);
        Purchase purchase = Purchase.draw(sheet.rng, sheet.content, things, count, 1, DEAREST, false);
        List<List<String>> rows = new ArrayList<>();
        for (Purchase.Item item : purchase.items()) {
            rows.add(List.of(item.name(), item.price().grouped()));
        }
        List<Block> blocks = TableBlocks.add(sheet, List.of(new Column("", false), new Column("", true)), rows);
        for (int i = 0; i < blocks.size(); i++) {
            Purchase.Item item = purchase.items().get(i);
            blocks.get(i)
                    .ask(sheet.question(
                            item.price().as(Money.Form.PLAIN),
                            List.of(TABLE),
                            "What is the price of the " + item.name() + "?",
                            "How much did the " + item.name() + " cost?"));
        }
        return purchase;
    }

    private static void sums(Sheet sheet, Purchase purchase) {
        Money.Form form = sheet.rng.pick(Money.Form.values());
        Value total = purchase.net().as(form);
        FieldStyle style = sheet.design.fields();
        sheet.field(
                        PartKind.TOTAL,
                        style,
                        sheet.look.strong(),
                        total.shown(),
                        sheet.look.strong(),
                        sheet.rng.pick("TOTAL", "Total", "Sum"))
                .ask(sheet.question(
                        total, List.of(FORM), "What is the total?", "How much was paid in all?", "What is the sum?"));
        long cents = purchase.net().cents();
        Money cash = new Money((cents / NOTE + sheet.rng.between(1, 4)) * NOTE);
        Money change = new Money(cash.cents() - cents);
        if (sheet.content.admits(cash.digits()) && sheet.content.admits(change.digits())) {
            Value given = cash.as(form);
            sheet.field(PartKind.FIELD, given.shown(), sheet.look.body(), "Cash")
                    .optional(1)
                    .ask(sheet.question(
                            given, List.of(FORM), "How much cash was given?", "How much did the customer hand over?"));
            Value back = change.as(form);
            sheet.field(PartKind.FIELD, back.shown(), sheet.look.body(), "Change")
                    .optional(1)
                    .ask(sheet.question(back, List.of(FORM), "How much is the change?", "What is the change?"));
        }
    }
}
