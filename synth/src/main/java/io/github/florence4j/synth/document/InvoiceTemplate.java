package io.github.florence4j.synth.document;

import static io.github.florence4j.synth.page.Question.FORM;
import static io.github.florence4j.synth.page.Question.LAYOUT;
import static io.github.florence4j.synth.page.Question.TABLE;

import io.github.florence4j.synth.content.DateForm;
import io.github.florence4j.synth.content.Money;
import io.github.florence4j.synth.content.Value;
import io.github.florence4j.synth.document.Design.Align;
import io.github.florence4j.synth.document.Design.Frame;
import io.github.florence4j.synth.document.TableBlocks.Column;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.page.Question;
import java.util.ArrayList;
import java.util.List;

/** An invoice. */
final class InvoiceTemplate implements Template {
    private static final int MOST_ITEMS = 12;
    private static final int DEAREST = 60_000;

    @Override
    public void compose(Sheet sheet) {
        String company = sheet.content.company();
        sheet.about("from", company);
        if (sheet.design.swapped()) {
            title(sheet);
            seller(sheet, company);
        } else {
            seller(sheet, company);
            title(sheet);
        }
        head(sheet);
        boolean taxed = sheet.look.characters() > 30 && sheet.room() > 14;
        int count = sheet.rows(2, MOST_ITEMS, taxed ? 6 : 2);
        Purchase purchase =
                Purchase.draw(sheet.rng, sheet.content, sheet.content::product, count, taxed ? 9 : 4, DEAREST, taxed);
        items(sheet, purchase);
        sums(sheet, purchase, taxed);
        sheet.paragraph(
                        PartKind.FOOTER,
                        sheet.look.body(),
                        sheet.rng.pick(
                                "Please pay within 30 days.",
                                "Thank you for your order.",
                                "Goods remain ours until paid in full."))
                .optional(8);
    }

    private static void title(Sheet sheet) {
        sheet.title(sheet.rng.pick("INVOICE", "Invoice", "Sales invoice", "Tax invoice"));
    }

    private static void seller(Sheet sheet, String company) {
        if (sheet.room() > 10 && sheet.rng.chance(0.6)) {
            Logo.add(sheet).optional(7);
        }
        sheet.text(PartKind.ADDRESS, sheet.design.heading(), sheet.look.strong(), company)
                .ask(sheet.question(
                        company,
                        LAYOUT,
                        "Who is the invoice from?",
                        "Which company sent the invoice?",
                        "What is the name of the company?"));
        String address = sheet.content.address();
        sheet.text(PartKind.ADDRESS, sheet.design.heading(), sheet.look.body(), address)
                .optional(6)
                .ask(sheet.question(address, LAYOUT, "What is the address of the company?", "What is the address?"));
        String city = sheet.content.city();
        sheet.text(PartKind.ADDRESS, sheet.design.heading(), sheet.look.body(), city)
                .optional(6)
                .ask(sheet.question(city, LAYOUT, "In which city is the company?", "What is the city?"));
    }

    private static void head(Sheet sheet) {
        String digits = sheet.content.number(sheet.rng.between(4, 6));
        String number = sheet.rng.pick("", "INV-", "A-", "R") + digits;
        sheet.field(PartKind.FIELD, number, sheet.look.body(), "Invoice number", "Invoice no.", "No.")
                .ask(sheet.question(
                        Value.of(number, digits),
                        List.of(FORM),
                        "What is the invoice number?",
                        "Which number does the invoice have?"));
        DateForm form = sheet.rng.pick(DateForm.values());
        Value date = form.of(sheet.content.date());
        sheet.field(PartKind.FIELD, date.shown(), sheet.look.body(), sheet.rng.pick("Date", "Invoice date"), "Date")
                .ask(sheet.question(
                        date, List.of(FORM), "What is the date of the invoice?", "When was the invoice written?"));
        Value due = form.of(sheet.content.date());
        sheet.field(PartKind.FIELD, due.shown(), sheet.look.body(), sheet.rng.pick("Due date", "Pay by"), "Due")
                .optional(4)
                .ask(sheet.question(due, List.of(FORM), "When is the invoice due?", "What is the due date?"));
        String customer = sheet.rng.chance(0.5) ? sheet.content.person() : sheet.content.company();
        sheet.field(PartKind.FIELD, customer, sheet.look.body(), sheet.rng.pick("Bill to", "Customer"), "To")
                .optional(3)
                .ask(sheet.question(customer, FORM, "Who is the customer?", "Who has to pay the invoice?"));
    }

    private static void items(Sheet sheet, Purchase purchase) {
        int characters = sheet.look.characters();
        List<Column> columns = new ArrayList<>(List.of(new Column(sheet.rng.pick("Item", "Article"), false)));
        if (characters >= 30) {
            columns.add(new Column("Qty", true));
        }
        if (characters >= 40) {
            columns.add(new Column("Price", true));
        }
        columns.add(new Column(sheet.rng.pick("Amount", "Sum"), true));
        List<List<String>> rows = new ArrayList<>();
        for (Purchase.Item item : purchase.items()) {
            List<String> row = new ArrayList<>(List.of(item.name()));
            if (characters >= 30) {
                row.add(String.valueOf(item.quantity()));
            }
            if (characters >= 40) {
                row.add(item.price().grouped());
            }
            row.add(item.amount().grouped());
            rows.add(row);
        }
        List<Block> blocks = TableBlocks.add(sheet, columns, rows);
        for (int i = 0; i < blocks.size(); i++) {
            Purchase.Item item = purchase.items().get(i);
            ask(sheet, blocks.get(i), item, characters);
        }
    }

    private static void ask(Sheet sheet, Block block, Purchase.Item item, int characters) {
        List<String> types = List.of(TABLE);
        block.ask(sheet.question(
                item.amount().as(Money.Form.PLAIN),
                types,
                "What is the amount for the " + item.name() + "?",
                "How much is charged for the " + item.name() + "?"));
        if (characters >= 30) {
            block.ask(new Question(
                    "What is the quantity of the " + item.name() + "?",
                    types,
                    List.of(String.valueOf(item.quantity()))));
        }
        if (characters >= 40) {
            block.ask(sheet.question(
                    item.price().as(Money.Form.PLAIN), types, "What is the price of one " + item.name() + "?"));
        }
    }

    private static void sums(Sheet sheet, Purchase purchase, boolean taxed) {
        Money.Form form = sheet.rng.pick(Money.Form.values());
        if (taxed) {
            Value net = purchase.net().as(form);
            sheet.field(PartKind.FIELD, net.shown(), sheet.look.body(), "Subtotal")
                    .ask(sheet.question(net, List.of(FORM), "What is the subtotal?", "What is the sum before tax?"));
            Value tax = purchase.tax().as(form);
            sheet.field(PartKind.FIELD, tax.shown(), sheet.look.body(), "Tax 10%")
                    .ask(sheet.question(tax, List.of(FORM), "How much is the tax?", "What is the tax?"));
        }
        total(sheet, (taxed ? purchase.gross() : purchase.net()).as(form));
    }

    private static void total(Sheet sheet, Value total) {
        String label = sheet.rng.pick("Total", "Total due", "Amount due", "Balance due");
        Block block = sheet.field(
                PartKind.TOTAL,
                sheet.design.fields(),
                sheet.look.strong(),
                total.shown(),
                sheet.look.strong(),
                label,
                "Total");
        if (sheet.design.frame() == Frame.RULED) {
            sheet.addRule(block, sheet.look.left(), sheet.look.right());
        }
        block.ask(sheet.question(
                total, List.of(FORM), "What is the total?", "How much has to be paid?", "What is the total amount?"));
    }

    /** Where addresses of other templates stand. */
    static Align opposite(Align align) {
        return align == Align.LEFT ? Align.RIGHT : Align.LEFT;
    }
}
