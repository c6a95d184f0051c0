package io.github.florence4j.cli;

import io.github.florence4j.Answer;
import io.github.florence4j.TextListener;
import io.github.florence4j.result.Box;
import io.github.florence4j.result.Detection;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.OcrRegion;
import io.github.florence4j.result.OcrRegions;
import io.github.florence4j.result.OpenVocabularyDetections;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.PolygonInstance;
import io.github.florence4j.result.Polygons;
import io.github.florence4j.result.Ring;
import io.github.florence4j.result.Score;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Answers for readers: a heading for each prompt where there are several, then the text or one item a line. */
final class TextSink implements AnswerSink {
    private final PrintWriter out;
    private final boolean headings;
    private final boolean streams;

    /**
     * A sink.
     *
     * @param headings whether answers are told apart by a heading
     * @param streams whether the texts of answers come through {@link #listener} already
     */
    TextSink(PrintWriter out, boolean headings, boolean streams) {
        this.out = out;
        this.headings = headings;
        this.streams = streams;
    }

    /** Writes texts as they are made. */
    TextListener listener() {
        return (prompt, text) -> {
            out.print(text);
            out.flush();
        };
    }

    /** Announces the answer to a prompt. */
    void heading(PageReader.Page page, String task, String input) {
        if (headings) {
            String place = page.pages() > 1 ? page.file() + ", page " + page.page() : page.file();
            out.println("== " + place + "  " + task + (input.isEmpty() ? "" : " " + input));
        }
    }

    @Override
    public void answer(PageReader.Page page, Job job, Answer<?> answer) {
        if (streams) {
            out.println();
        } else {
            heading(page, answer.task().token(), answer.prompt().input());
        }
        if (!(streams && answer.result() instanceof String)) {
            print(answer);
        }
        for (Answer<?> other : answer.alternatives()) {
            out.println("-- another answer");
            print(other);
        }
        if (answer.truncated()) {
            out.println("(cut off: the answer reached its longest length)");
        }
    }

    private void print(Answer<?> answer) {
        List<String> lines = lines(answer.result());
        if (lines.isEmpty()) {
            out.println("(nothing found)");
        }
        lines.forEach(out::println);
    }

    private static List<String> lines(Object result) {
        if (result instanceof Detections found) {
            return found.items().stream().map(TextSink::line).toList();
        }
        if (result instanceof OcrRegions found) {
            return found.items().stream().map(TextSink::line).toList();
        }
        if (result instanceof Polygons found) {
            return found.items().stream().map(TextSink::line).toList();
        }
        if (result instanceof OpenVocabularyDetections found) {
            List<String> all = new ArrayList<>(lines(found.detections()));
            all.addAll(lines(found.polygons()));
            return all;
        }
        return List.of(String.valueOf(result));
    }

    private static String line(Detection item) {
        Box box = item.box();
        return join(item.label(), number(box.x1(), box.y1(), box.x2(), box.y2()), item.score());
    }

    private static String line(OcrRegion item) {
        return join(item.text(), points(item.quad().points()), item.score());
    }

    private static String line(PolygonInstance item) {
        String rings =
                item.rings().stream().map(Ring::points).map(TextSink::points).collect(Collectors.joining(" | "));
        return join(item.label(), rings, item.score());
    }

    private static String points(List<Point> points) {
        return points.stream().map(point -> number(point.x(), point.y())).collect(Collectors.joining(" "));
    }

    private static String number(double... values) {
        return Arrays.stream(values)
                .mapToObj(value -> String.format(Locale.ROOT, "%.1f", value))
                .collect(Collectors.joining(","));
    }

    private static String join(String label, String place, Score score) {
        String sure = score.location().isPresent()
                ? String.format(Locale.ROOT, "  %.3f", score.location().getAsDouble())
                : "";
        return (label.isEmpty() ? "" : label + "  ") + place + sure;
    }

    @Override
    public void flush() throws IOException {
        Output.flush(out);
    }
}
