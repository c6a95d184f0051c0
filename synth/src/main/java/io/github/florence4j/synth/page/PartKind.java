package io.github.florence4j.synth.page;

/** What a part of a page is; the label of layout detection. */
public enum PartKind {
    /** The heading of the page. */
    TITLE("title", "titles"),
    /** A drawn mark of a company. */
    LOGO("logo", "logos"),
    /** The name or the address of the sender, the seller or the receiver. */
    ADDRESS("address", "addresses"),
    /** A label and its value. */
    FIELD("field", "fields"),
    /** Rows and columns. */
    TABLE("table", "tables"),
    /** The amount to be paid. */
    TOTAL("total", "totals"),
    /** Items below each other. */
    LIST("list", "lists"),
    /** Running text. */
    PARAGRAPH("paragraph", "paragraphs"),
    /** A box to be ticked and what it stands for. */
    CHECKBOX("checkbox", "checkboxes"),
    /** A name written by hand. */
    SIGNATURE("signature", "signatures"),
    /** Small print at the end. */
    FOOTER("footer", "footers"),
    /** Text that is no part of a document, on the small canvases of the first levels. */
    TEXT("text", "texts");

    private final String label;
    private final String plural;

    PartKind(String label, String plural) {
        this.label = label;
        this.plural = plural;
    }

    /** The label of layout detection: {@code total}. */
    public String label() {
        return label;
    }

    /** The label for several: {@code totals}. */
    public String plural() {
        return plural;
    }
}
