package io.github.florence4j.draw;

import io.github.florence4j.draw.Lettering.Lettered;
import io.github.florence4j.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** Writes a text into a white strip below an image. */
final class Caption {
    private static final int MOST_LINES = 100;
    private static final int LEAST_EMS = 16;

    private Caption() {}

    /** The image with a strip as high as the wrapped text needs, 100 lines at most; wider than a very narrow image. */
    static BufferedImage below(RgbImage image, String text, Lettering lettering, double fontSize) {
        int scale = Canvas.scaleFor(image.width(), image.height());
        int height = image.height() * scale;
        int width = Math.max(image.width() * scale, (int) Math.ceil(LEAST_EMS * fontSize));
        double margin = Math.ceil(fontSize / 2);
        Lettered lettered = lettering.lines(text, fontSize);
        List<String> lines = LineBreaks.of(lettered, width - 2 * margin, MOST_LINES);
        double lineHeight = lettered.lineHeight();
        Canvas canvas = new Canvas(image, width, height + (int) Math.ceil(lines.size() * lineHeight + 2 * margin));
        Graphics2D graphics = canvas.graphics();
        try {
            graphics.setColor(Color.BLACK);
            graphics.setFont(lettered.font());
            double baseline = height + margin + lettered.ascent();
            for (String line : lines) {
                if (!line.isEmpty()) {
                    graphics.drawString(line, (float) margin, (float) baseline);
                }
                baseline += lineHeight;
            }
        } finally {
            graphics.dispose();
        }
        return canvas.picture;
    }
}
