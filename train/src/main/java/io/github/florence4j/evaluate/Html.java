package io.github.florence4j.evaluate;

import com.fasterxml.jackson.databind.JsonNode;

/** Text as parts of a page. */
final class Html {
    private Html() {}

    /** Text that means itself between tags and within attributes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** JSON within a script element: nothing in it can end the element, or begin a comment. */
    static String script(JsonNode json) {
        return json.toString()
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }
}
