package io.github.florence4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A drawing read back. */
record Svg(Element root) {

    /** A word with the room it takes. */
    record Words(String text, double left, double right, double baseLine, int size) {
        boolean overlaps(Words other) {
            return left < other.right
                    && other.left < right
                    && Math.abs(baseLine - other.baseLine) < Math.max(size, other.size) * 0.9;
        }
    }

    static Svg parse(String svg) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return new Svg(factory.newDocumentBuilder()
                    .parse(new InputSource(new StringReader(svg)))
                    .getDocumentElement());
        } catch (Exception e) {
            throw new AssertionError("not well-formed: " + e.getMessage(), e);
        }
    }

    List<Element> all(String name) {
        NodeList nodes = root.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    List<String> texts() {
        return all("text").stream().map(Element::getTextContent).toList();
    }

    List<String> hints() {
        return all("title").stream().map(Element::getTextContent).toList();
    }

    /** No word lies on another or outside the picture. */
    void requireReadable() {
        List<Words> words = all("text").stream().map(Svg::words).toList();
        double width = Double.parseDouble(root.getAttribute("width"));
        for (Words word : words) {
            assertThat(word.left()).as(word.text()).isNotNegative();
            assertThat(word.right()).as(word.text()).isLessThanOrEqualTo(width);
            assertThat(words)
                    .filteredOn(other -> other != word && other.overlaps(word))
                    .as("on " + word)
                    .isEmpty();
        }
    }

    private static Words words(Element element) {
        double x = Double.parseDouble(element.getAttribute("x"));
        int size = Integer.parseInt(element.getAttribute("font-size"));
        double width = Canvas.width(element.getTextContent(), size);
        double left =
                switch (element.getAttribute("text-anchor")) {
                    case "start" -> x;
                    case "middle" -> x - width / 2;
                    default -> x - width;
                };
        double y = Double.parseDouble(element.getAttribute("y"));
        return new Words(element.getTextContent(), left, left + width, y, size);
    }
}
