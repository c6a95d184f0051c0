package io.github.florence4j.synth.page;

import java.util.Locale;

/** A kind of document. */
public enum DocumentKind {
    /** What a customer has to pay: number, dates, customer, positions and total. */
    INVOICE("an invoice"),
    /** What a customer has paid in a shop: things, prices, total. */
    RECEIPT("a receipt"),
    /** A letter with sender, receiver, date, subject and signature. */
    LETTER("a letter"),
    /** A form with labelled fields, often filled in by hand, and boxes to tick. */
    FORM("a form"),
    /** A table with a title. */
    TABLE("a table"),
    /** A list with a title. */
    LIST("a list");

    private final String phrase;

    DocumentKind(String phrase) {
        this.phrase = phrase;
    }

    /** The kind with its article, as captions name it: {@code an invoice}. */
    public String phrase() {
        return phrase;
    }

    /** The lower-case name, as on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
