package io.github.florence4j.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

/** A canvas of pixels, white at first. */
final class PngCanvas implements Canvas {
    private final Graphics2D g;

    private PngCanvas(Graphics2D g) {
        this.g = g;
    }

    static BufferedImage draw(int width, int height, Consumer<Canvas> drawing) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, width, height);
            drawing.accept(new PngCanvas(g));
        } finally {
            g.dispose();
        }
        return image;
    }

    static void write(Path file, int width, int height, Consumer<Canvas> drawing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(draw(width, height, drawing), "png", bytes)) {
            throw new IOException("this JVM cannot write PNG");
        }
        OutputFile.write(file, bytes.toByteArray());
    }

    @Override
    public void line(List<Point> points, int colour, double opacity, double width) {
        if (points.size() == 1) {
            dot(points.get(0), 2 + width, colour, "");
            return;
        }
        pen(colour, opacity);
        g.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.draw(path(points));
    }

    @Override
    public void dashes(Point from, Point to, int colour) {
        pen(colour, 1);
        g.setStroke(new BasicStroke(1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {5, 4}, 0));
        g.draw(new Line2D.Double(from.x(), from.y(), to.x(), to.y()));
    }

    @Override
    public void area(List<Point> outline, int colour, double opacity) {
        pen(colour, opacity);
        Path2D path = path(outline);
        path.closePath();
        g.fill(path);
    }

    @Override
    public void box(double x, double y, double width, double height, int colour, double opacity, String hint) {
        pen(colour, opacity);
        g.fill(new Rectangle2D.Double(x, y, width, height));
    }

    @Override
    public void dot(Point centre, double radius, int colour, String hint) {
        pen(0xFFFFFF, 1);
        g.fill(circle(centre, radius + 1));
        pen(colour, 1);
        g.fill(circle(centre, radius));
    }

    @Override
    public void ring(Point centre, double radius, int colour) {
        pen(colour, 1);
        g.setStroke(new BasicStroke(2));
        g.draw(circle(centre, radius));
    }

    @Override
    public void text(Point at, String text, int size, boolean bold, int colour, Anchor anchor) {
        pen(colour, 1);
        g.setFont(new Font(Font.SANS_SERIF, bold ? Font.BOLD : Font.PLAIN, size));
        double width = g.getFontMetrics().stringWidth(text);
        double left =
                switch (anchor) {
                    case START -> at.x();
                    case MIDDLE -> at.x() - width / 2;
                    case END -> at.x() - width;
                };
        g.drawString(text, (float) left, (float) at.y());
    }

    @Override
    public void clipped(double x, double y, double width, double height, Runnable drawing) {
        Shape before = g.getClip();
        g.clip(new Rectangle2D.Double(x, y, width, height));
        drawing.run();
        g.setClip(before);
    }

    private void pen(int colour, double opacity) {
        g.setColor(new Color((int) Math.round(255 * opacity) << 24 | colour, true));
    }

    private static Ellipse2D circle(Point centre, double radius) {
        return new Ellipse2D.Double(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius);
    }

    private static Path2D path(List<Point> points) {
        Path2D path = new Path2D.Double();
        path.moveTo(points.get(0).x(), points.get(0).y());
        points.forEach(point -> path.lineTo(point.x(), point.y()));
        return path;
    }
}
