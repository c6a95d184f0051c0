package io.github.florence4j.synth.document;

import static io.github.florence4j.synth.page.Question.FREE_TEXT;
import static io.github.florence4j.synth.page.Question.HANDWRITTEN;
import static io.github.florence4j.synth.page.Question.LAYOUT;

import io.github.florence4j.synth.content.Content;
import io.github.florence4j.synth.content.DateForm;
import io.github.florence4j.synth.content.Value;
import io.github.florence4j.synth.document.Design.Align;
import io.github.florence4j.synth.document.Design.Frame;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.page.Question;
import java.util.Iterator;
import java.util.List;

/** A letter. */
final class LetterTemplate implements Template {
    private static final int MOST_PARAGRAPHS = 5;
    private static final int MOST_SENTENCES = 4;

    @Override
    public void compose(Sheet sheet) {
        String sender = sheet.content.person();
        String receiver = sheet.content.person();
        head(sheet);
        if (sheet.design.swapped()) {
            subject(sheet);
            salutation(sheet, receiver);
        } else {
            salutation(sheet, receiver);
            subject(sheet);
        }
        body(sheet);
        closing(sheet, sender);
    }

    private static void head(Sheet sheet) {
        String company = sheet.content.company();
        if (sheet.room() > 14 && sheet.rng.chance(0.5)) {
            Logo.add(sheet).optional(9);
        }
        sheet.text(PartKind.ADDRESS, sheet.design.heading(), sheet.look.strong(), company)
                .optional(7)
                .ask(sheet.question(
                        company,
                        LAYOUT,
                        "Which company does the letter come from?",
                        "What is the name of the company?"));
        String address = sheet.content.address();
        sheet.text(PartKind.ADDRESS, sheet.design.heading(), sheet.look.body(), address)
                .optional(8)
                .ask(sheet.question(address, LAYOUT, "What is the address of the sender?", "What is the address?"));
        String city = sheet.content.city();
        Value date = sheet.rng.pick(DateForm.values()).of(sheet.content.date());
        String both = city + ", " + date.shown();
        Align align = sheet.design.frame() == Frame.PLAIN
                ? InvoiceTemplate.opposite(sheet.design.heading())
                : sheet.design.heading();
        boolean fits = sheet.look.body().width(both) <= sheet.look.width();
        Block block = sheet.text(PartKind.FIELD, align, sheet.look.body(), fits ? both : date.shown());
        block.ask(sheet.question(
                date, List.of(LAYOUT), "What is the date of the letter?", "When was the letter written?"));
        if (fits) {
            block.ask(sheet.question(
                    city, LAYOUT, "In which city was the letter written?", "Where was the letter written?"));
        }
    }

    private static void salutation(Sheet sheet, String receiver) {
        String greeting = sheet.rng.pick("Dear", "Dear", "Hello", "To") + " ";
        sheet.about("to", receiver);
        sheet.text(
                        PartKind.ADDRESS,
                        Align.LEFT,
                        sheet.look.body(),
                        greeting + receiver + (greeting.equals("To ") ? "" : ","))
                .ask(sheet.question(
                        receiver,
                        LAYOUT,
                        "Who is the letter to?",
                        "Who is the letter addressed to?",
                        "Who receives the letter?"));
    }

    private static void subject(Sheet sheet) {
        String subject = sheet.content.subject();
        String label = sheet.rng.pick("Subject", "Re", "About");
        sheet.field(
                        PartKind.TITLE,
                        Design.FieldStyle.INLINE,
                        sheet.look.strong(),
                        subject,
                        sheet.look.strong(),
                        label,
                        "Re")
                .ask(sheet.question(
                        subject, LAYOUT, "What is the letter about?", "What is the subject of the letter?"));
    }

    private static void body(Sheet sheet) {
        boolean spacious = sheet.room() > 16;
        int paragraphs = spacious ? sheet.rng.between(2, MOST_PARAGRAPHS) : 1;
        Iterator<String> sentences = Content.distinct(MOST_SENTENCES * paragraphs, sheet.content::sentence)
                .iterator();
        for (int i = 0; i < paragraphs && sentences.hasNext(); i++) {
            StringBuilder text = new StringBuilder(sentences.next());
            int more = spacious ? sheet.rng.between(0, MOST_SENTENCES - 1) : 0;
            for (int j = 0; j < more && sentences.hasNext(); j++) {
                text.append(' ').append(sentences.next());
            }
            Block block = sheet.paragraph(PartKind.PARAGRAPH, sheet.look.body(), text.toString());
            if (i == 0 && more == 0) {
                block.ask(sheet.question(
                        text.toString(), FREE_TEXT, "What does the letter say?", "What is written in the letter?"));
            } else if (i > 0) {
                block.optional(10 + i);
            }
        }
    }

    private static void closing(Sheet sheet, String sender) {
        sheet.text(
                        PartKind.PARAGRAPH,
                        Align.LEFT,
                        sheet.look.body(),
                        sheet.rng.pick("Sincerely,", "Kind regards,", "Best wishes,", "Yours truly,"))
                .optional(2);
        boolean byHand = !sheet.look.hand().equals(sheet.look.body());
        Question from = sheet.question(
                Value.of(sender),
                byHand ? List.of(HANDWRITTEN, LAYOUT) : List.of(LAYOUT),
                "Who is the letter from?",
                "Who wrote the letter?",
                "Who signed the letter?");
        sheet.text(PartKind.SIGNATURE, Align.LEFT, sheet.look.hand(), sender).ask(from);
        sheet.text(PartKind.ADDRESS, Align.LEFT, sheet.look.body(), sender).optional(12);
    }
}
