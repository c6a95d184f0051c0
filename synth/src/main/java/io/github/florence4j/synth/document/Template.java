package io.github.florence4j.synth.document;

import io.github.florence4j.synth.page.DocumentKind;

/** Says what stands on documents of a kind. What must be there is small enough for 9 rows of 20 characters. */
interface Template {

    /** Adds the blocks of one document. */
    void compose(Sheet sheet);

    /** The template of a kind. */
    static Template of(DocumentKind kind) {
        return switch (kind) {
            case INVOICE -> new InvoiceTemplate();
            case RECEIPT -> new ReceiptTemplate();
            case LETTER -> new LetterTemplate();
            case FORM -> new FormTemplate();
            case TABLE -> new TableTemplate();
            case LIST -> new ListTemplate();
        };
    }
}
