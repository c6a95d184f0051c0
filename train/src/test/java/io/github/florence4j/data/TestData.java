package io.github.florence4j.data;

import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.task.Profile;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.text.Florence2Tokenizer;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;

/** What the tests of this package share: small pictures, parquet written with SQL, a tokenizer. */
final class TestData {
    static final Pass PASS = new Pass(7, 0);
    static final EncodingOptions ENCODING = new EncodingOptions(
            60,
            60,
            EncodingOptions.TooLong.REJECT,
            EncodingOptions.TooLong.CUT,
            AnswerChoice.FIRST,
            true,
            Profile.FLORENCE4J);

    private TestData() {}

    /** A PNG of 8 x 6 pixels in a colour of its own. */
    static byte[] png(int number) {
        BufferedImage image = new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(number * 2654435));
        g.fillRect(0, 0, 8, 6);
        g.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static String blob(byte[] bytes) {
        return "from_hex('" + HexFormat.of().formatHex(bytes) + "')";
    }

    /** A struct of bytes and path, as Hugging Face writes images. */
    static String image(int number) {
        return "{'bytes': " + blob(png(number)) + ", 'path': 'page" + number + ".png'}";
    }

    /** Writes the rows of a query as parquet. */
    static Path parquet(Path file, String query) {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet)");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return file;
    }

    /** Samples p0, p1, … with pictures in memory and prompts of different lengths. */
    static List<Sample> samples(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Sample(
                        "p" + i,
                        ImageRef.ofBytes(png(i), "p" + i + ".png"),
                        "<DocVQA>what" + " is it".repeat(i * 7 % 11),
                        List.of("answer " + i, "the other " + i)))
                .toList();
    }

    static Florence2Tokenizer tokenizer() {
        try {
            return Florence2Tokenizer.load(Fixtures.path("tiny-microsoft"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A processor to 4 x 4 pixels. */
    static ImageProcessor processor() {
        ImageProcessorConfig full = ImageProcessorConfig.FLORENCE_2;
        return new ImageProcessor(
                new ImageProcessorConfig(4, 4, full.rescaleFactor(), full.mean(), full.std(), true, true, true));
    }

    static List<Entry> all(IndexedSource source, Pass pass) throws IOException {
        return source.read(pass, LongStream.range(0, source.count()).toArray());
    }

    static Sample sample(Entry entry) {
        if (entry instanceof Sample sample) {
            return sample;
        }
        throw new AssertionError("rejected: " + entry);
    }
}
