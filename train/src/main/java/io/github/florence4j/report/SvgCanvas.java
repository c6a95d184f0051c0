package io.github.florence4j.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A canvas of SVG elements without ids, so that any number of drawings fit into one HTML page. */
final class SvgCanvas implements Canvas {
    private final StringBuilder svg = new StringBuilder();

    private SvgCanvas() {}

    /** An {@code <svg>} element, as wide as the page lets it be. */
    static String draw(int width, int height, String title, Consumer<Canvas> drawing) {
        SvgCanvas canvas = new SvgCanvas();
        canvas.svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
                        + "aria-label=\"%s\" style=\"max-width:100%%;height:auto\" "
                        + "font-family=\"DejaVu Sans,Verdana,Arial,sans-serif\">%n",
                width,
                height,
                width,
                height,
                escape(title)));
        canvas.element("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height);
        drawing.accept(canvas);
        return canvas.svg.append("</svg>\n").toString();
    }

    @Override
    public void line(List<Point> points, int colour, double opacity, double width) {
        if (points.size() == 1) {
            dot(points.get(0), 2 + width, colour, "");
            return;
        }
        element(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-opacity=\"%s\" stroke-width=\"%s\" "
                        + "stroke-linejoin=\"round\" stroke-linecap=\"round\"/>",
                points(points), colour(colour), number(opacity), number(width));
    }

    @Override
    public void dashes(Point from, Point to, int colour) {
        element(
                "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\" stroke-width=\"1.2\" "
                        + "stroke-dasharray=\"5 4\"/>",
                number(from.x()), number(from.y()), number(to.x()), number(to.y()), colour(colour));
    }

    @Override
    public void area(List<Point> outline, int colour, double opacity) {
        element(
                "<polygon points=\"%s\" fill=\"%s\" fill-opacity=\"%s\"/>",
                points(outline), colour(colour), number(opacity));
    }

    @Override
    public void box(double x, double y, double width, double height, int colour, double opacity, String hint) {
        element(
                "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\" fill-opacity=\"%s\">%s</rect>",
                number(x), number(y), number(width), number(height), colour(colour), number(opacity), hint(hint));
    }

    @Override
    public void dot(Point centre, double radius, int colour, String hint) {
        element(
                "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\" stroke=\"#ffffff\">%s</circle>",
                number(centre.x()), number(centre.y()), number(radius + 0.5), colour(colour), hint(hint));
    }

    @Override
    public void ring(Point centre, double radius, int colour) {
        element(
                "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
                number(centre.x()), number(centre.y()), number(radius), colour(colour));
    }

    @Override
    public void text(Point at, String text, int size, boolean bold, int colour, Anchor anchor) {
        element(
                "<text x=\"%s\" y=\"%s\" font-size=\"%d\" font-weight=\"%s\" fill=\"%s\" text-anchor=\"%s\">%s</text>",
                number(at.x()),
                number(at.y()),
                size,
                bold ? "bold" : "normal",
                colour(colour),
                anchor.name().toLowerCase(Locale.ROOT),
                escape(text));
    }

    @Override
    public void clipped(double x, double y, double width, double height, Runnable drawing) {
        String area = number(x) + " " + number(y) + " " + number(width) + " " + number(height);
        element(
                "<svg x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" viewBox=\"%s\" overflow=\"hidden\">",
                number(x), number(y), number(width), number(height), area);
        drawing.run();
        element("</svg>");
    }

    private void element(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String hint(String hint) {
        return hint.isEmpty() ? "" : "<title>" + escape(hint) + "</title>";
    }

    private static String points(List<Point> points) {
        return points.stream()
                .map(point -> number(point.x()) + "," + number(point.y()))
                .collect(Collectors.joining(" "));
    }

    private static String colour(int colour) {
        return String.format(Locale.ROOT, "#%06x", colour);
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.replaceAll("\\.?0+$", "");
    }

    /** Text as XML takes it, in an element or an attribute; control characters, which XML forbids, become blanks. */
    private static String escape(String text) {
        return text.replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]", " ")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
