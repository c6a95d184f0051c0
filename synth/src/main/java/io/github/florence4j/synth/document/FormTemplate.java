package io.github.florence4j.synth.document;

import static io.github.florence4j.synth.page.Question.FORM;
import static io.github.florence4j.synth.page.Question.HANDWRITTEN;
import static io.github.florence4j.synth.page.Question.LAYOUT;

import io.github.florence4j.synth.content.DateForm;
import io.github.florence4j.synth.content.Value;
import io.github.florence4j.synth.page.PartKind;
import io.github.florence4j.synth.type.TypeSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A form that has been filled in. */
final class FormTemplate implements Template {
    private static final int MOST_FIELDS = 11;
    private static final List<String> TITLES = List.of(
            "Application",
            "Registration",
            "Membership",
            "Visitor form",
            "Sign-up form",
            "Entry form",
            "Order form",
            "Survey");

    /** A field that a form may have: its value, its labels, and how one asks for it. */
    private record Entry(Value value, String label, String shortLabel, String question) {}

    @Override
    public void compose(Sheet sheet) {
        String title = sheet.rng.pick(TITLES);
        sheet.about("titled", title);
        sheet.title(title)
                .ask(sheet.question(title, LAYOUT, "What is the title of the form?", "What is the form called?"));
        String company = sheet.content.company();
        sheet.text(PartKind.ADDRESS, sheet.design.heading(), sheet.look.body(), company)
                .optional(4)
                .ask(sheet.question(company, LAYOUT, "Which company does the form belong to?", "Whose form is it?"));
        if (sheet.design.swapped()) {
            CheckboxRow.add(sheet).optional(2);
        }
        fields(sheet);
        if (!sheet.design.swapped()) {
            CheckboxRow.add(sheet).optional(2);
        }
        signature(sheet);
    }

    private static void fields(Sheet sheet) {
        boolean byHand = sheet.rng.chance(0.5) && !sheet.look.hand().equals(sheet.look.body());
        TypeSize type = byHand ? sheet.look.hand() : sheet.look.body();
        List<String> types = byHand ? List.of(HANDWRITTEN, FORM) : List.of(FORM);
        List<Entry> entries = entries(sheet);
        int count = sheet.rows(3, Math.min(MOST_FIELDS, entries.size()), 2);
        while (entries.size() > count) {
            entries.remove(sheet.rng.between(1, entries.size() - 1));
        }
        for (Entry entry : entries) {
            Block block = sheet.field(PartKind.FIELD, entry.value().shown(), type, entry.label(), entry.shortLabel());
            block.ask(sheet.question(
                    entry.value(),
                    types,
                    entry.question(),
                    "What is entered for " + entry.label().toLowerCase(Locale.ROOT) + "?"));
        }
    }

    private static List<Entry> entries(Sheet sheet) {
        DateForm form = sheet.rng.pick(DateForm.values());
        String first = sheet.content.firstName();
        String last = sheet.content.lastName();
        List<Entry> entries = new ArrayList<>(List.of(
                entry(
                        first + " " + last,
                        sheet.rng.pick("Name", "Full name"),
                        "Name",
                        "What is the name of the person?"),
                new Entry(form.of(sheet.content.date()), "Date of birth", "Born", "What is the date of birth?"),
                entry(sheet.content.city(), "City", "City", "In which city does the person live?"),
                entry(sheet.content.address(), "Address", "Street", "What is the address of the person?"),
                entry(sheet.content.number(5), "Postcode", "ZIP", "What is the postcode?"),
                entry(phone(sheet), "Phone", "Tel.", "What is the phone number?"),
                entry(sheet.content.job(), "Occupation", "Job", "What is the occupation of the person?"),
                entry(mail(sheet, first), "E-mail", "Mail", "What is the e-mail address?"),
                entry(sheet.content.number(6), "Member no.", "No.", "What is the member number?"),
                entry(sheet.content.topic(), "Course", "Course", "Which course did the person choose?"),
                new Entry(form.of(sheet.content.date()), "Start date", "Start", "What is the start date?"),
                entry(sheet.content.person(), "Contact", "Contact", "Who is the contact person?")));
        return entries;
    }

    private static Entry entry(String value, String label, String shortLabel, String question) {
        return new Entry(Value.of(value), label, shortLabel, question);
    }

    private static String phone(Sheet sheet) {
        String number = sheet.content.number(7);
        return number.substring(0, 3) + sheet.rng.pick("-", " ") + number.substring(3);
    }

    private static String mail(Sheet sheet, String first) {
        return first.toLowerCase(Locale.ROOT) + "@" + sheet.rng.pick("mail", "post", "web", "home") + ".com";
    }

    private static void signature(Sheet sheet) {
        String name = sheet.content.person();
        Block block = sheet.field(
                PartKind.SIGNATURE,
                Design.FieldStyle.INLINE,
                sheet.look.body(),
                name,
                sheet.look.hand(),
                sheet.rng.pick("Signature", "Signed"),
                "Sign");
        boolean byHand = !sheet.look.hand().equals(sheet.look.body());
        block.optional(3)
                .ask(sheet.question(
                        Value.of(name),
                        byHand ? List.of(HANDWRITTEN, FORM) : List.of(FORM),
                        "Who signed the form?",
                        "Whose signature is on the form?"));
    }
}
