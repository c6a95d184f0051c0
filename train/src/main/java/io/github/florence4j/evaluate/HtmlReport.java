package io.github.florence4j.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.florence4j.data.RejectedSample;
import io.github.florence4j.metrics.DetectionScores;
import io.github.florence4j.metrics.Metric;
import io.github.florence4j.report.ScoreHistogram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A comparison as one page of HTML that needs nothing from elsewhere but, perhaps, thumbnails beside it. */
final class HtmlReport {
    private static final int REJECTIONS_SHOWN = 200;
    private static final int ROWS_OF_A_HISTOGRAM = 4;
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");

    private final Comparison comparison;
    private final List<String> curves;

    /**
     * A report.
     *
     * @param curves drawings in SVG, which are taken as they are
     */
    HtmlReport(Comparison comparison, List<String> curves) {
        this.comparison = comparison;
        this.curves = curves;
    }

    /**
     * The page.
     *
     * @param gallery the data of {@link Gallery}
     */
    String page(ObjectNode gallery) {
        EvaluationResult first = comparison.first();
        int shown = gallery.path("samples").size();
        String note = shown < first.samples().size()
                ? "the " + shown + " worst of " + first.samples().size() + " samples"
                : "all " + shown + " samples";
        Map<String, String> parts = Map.ofEntries(
                Map.entry("style", resource("report.css")),
                Map.entry("title", Html.escape(first.source())),
                Map.entry("subtitle", Html.escape(subtitle(first))),
                Map.entry("summary", summary()),
                Map.entry("differences", differences()),
                Map.entry("curves", curves()),
                Map.entry("histograms", histograms()),
                Map.entry("tags", tags()),
                Map.entry("coco", coco()),
                Map.entry("settings", settings(first)),
                Map.entry("rejected", rejected(first.rejected())),
                Map.entry("gallery-note", note),
                Map.entry("data", Html.script(gallery)),
                Map.entry("script", resource("report.js")));
        return PLACE.matcher(resource("report.html"))
                .replaceAll(place -> Matcher.quoteReplacement(Objects.requireNonNull(parts.get(place.group(1)))));
    }

    private static String subtitle(EvaluationResult first) {
        String drawn = first.limit().isPresent() ? ", drawn with seed " + first.seed() : ", the whole data";
        String rejected =
                first.rejected().isEmpty() ? "" : ", " + first.rejected().size() + " rejected";
        return first.samples().size() + " samples" + drawn + rejected;
    }

    private String summary() {
        StringBuilder html = new StringBuilder("<table><thead><tr><th></th><th>checkpoint</th><th>prompt</th>");
        for (Metric metric : comparison.metrics()) {
            html.append("<th class=\"n\">")
                    .append(Html.escape(metric.name()))
                    .append(metric.higherIsBetter() ? " ↑" : " ↓")
                    .append("</th>");
        }
        html.append("<th class=\"n\">samples</th><th class=\"n\">rejected</th><th class=\"n\">failed</th>")
                .append("<th class=\"n\">cut short</th><th class=\"n\">images/s</th></tr></thead><tbody>");
        for (int row = 0; row < comparison.rows().size(); row++) {
            html.append(summaryRow(row));
        }
        return html.append("</tbody></table>").toString();
    }

    private String summaryRow(int row) {
        EvaluationResult result = comparison.rows().get(row).result();
        StringBuilder html = new StringBuilder("<tr>").append(rowHead(row));
        for (int metric = 0; metric < result.metrics().size(); metric++) {
            double value = result.metrics().get(metric).estimate().value();
            html.append("<td class=\"n")
                    .append(isBest(metric, value) ? " best" : "")
                    .append("\">");
            String[] parts = Figures.withInterval(result.metrics().get(metric).estimate())
                    .split(" ", 2);
            html.append("<b>").append(parts[0]).append("</b>");
            html.append(parts.length > 1 ? " <small>" + parts[1] + "</small>" : "")
                    .append("</td>");
        }
        for (long count : List.of(
                (long) result.samples().size(),
                (long) result.rejected().size(),
                result.failures(),
                result.truncated())) {
            html.append("<td class=\"n\">").append(count).append("</td>");
        }
        return html.append("<td class=\"n\">")
                .append(Figures.rate(result.imagesPerSecond()))
                .append("</td></tr>")
                .toString();
    }

    private String rowHead(int row) {
        Comparison.Row own = comparison.rows().get(row);
        return "<td><span class=\"letter\">" + Comparison.letter(row) + "</span></td><td class=\"model\">"
                + Html.escape(own.model()) + "</td><td class=\"prompt\"><code>"
                + Html.escape(own.result().prompt().toString()) + "</code></td>";
    }

    private boolean isBest(int metric, double value) {
        boolean higher = comparison.metrics().get(metric).higherIsBetter();
        return comparison.rows().size() > 1
                && comparison.rows().stream()
                        .mapToDouble(row ->
                                row.result().metrics().get(metric).estimate().value())
                        .noneMatch(other -> higher ? other > value : other < value);
    }

    private String differences() {
        if (comparison.differences().isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder("<section><h2>Differences</h2><div class=\"scroll fit\"><table><tbody>");
        for (Comparison.Difference difference : comparison.differences()) {
            Metric metric = Metric.named(difference.estimate().metric());
            boolean better = difference.estimate().value() > 0 == metric.higherIsBetter();
            String verdict = !difference.isClear() ? "not clear" : better ? "better" : "worse";
            html.append("<tr><td>")
                    .append(Comparison.letter(difference.to()))
                    .append(" − ")
                    .append(Comparison.letter(difference.from()))
                    .append("</td><td>")
                    .append(Html.escape(metric.name()))
                    .append("</td><td class=\"n\"><b>")
                    .append(Figures.difference(difference.estimate()).replaceFirst(" ", "</b> <small>"))
                    .append("</small></td><td><span class=\"verdict ")
                    .append(difference.isClear() ? verdict : "unclear")
                    .append("\">")
                    .append(verdict)
                    .append("</span></td></tr>");
        }
        return html.append(
                        "</tbody></table></div><p class=\"note\">On the same samples, redrawn for both alike (paired")
                .append(" bootstrap). A difference is clear when its interval leaves out 0.</p></section>")
                .toString();
    }

    private String curves() {
        return curves.isEmpty()
                ? ""
                : "<section><h2>Training</h2><div class=\"curves\"><figure>" + String.join("</figure><figure>", curves)
                        + "</figure></div></section>";
    }

    private String histograms() {
        List<Comparison.Row> rows = comparison.rows();
        StringBuilder html = new StringBuilder();
        for (int from = 0; from < rows.size(); from += ROWS_OF_A_HISTOGRAM) {
            int to = Math.min(rows.size(), from + ROWS_OF_A_HISTOGRAM);
            html.append("<figure>")
                    .append(new ScoreHistogram(
                                    "Scores of the samples",
                                    comparison.metrics().get(0).name(),
                                    IntStream.range(from, to)
                                            .mapToObj(row -> scores(row, rows.get(row)))
                                            .toList())
                            .toSvg())
                    .append("</figure>");
        }
        return html.toString();
    }

    private static ScoreHistogram.Scores scores(int row, Comparison.Row own) {
        EvaluationResult result = own.result();
        return new ScoreHistogram.Scores(
                Comparison.letter(row) + ": " + own.model() + ", " + result.prompt(),
                IntStream.range(0, result.samples().size())
                        .mapToObj(result.principal()::score)
                        .toList());
    }

    private String tags() {
        Map<String, List<Integer>> tags = comparison.first().byTag();
        if (tags.size() == 1 && tags.containsKey(EvaluationResult.UNTAGGED)) {
            return "";
        }
        StringBuilder html = new StringBuilder(
                        "<section><h2>By question type</h2><div class=\"scroll\"><table><thead><tr>")
                .append("<th>type</th><th class=\"n\">samples</th>");
        IntStream.range(0, comparison.rows().size())
                .forEach(row -> html.append("<th class=\"n\"><span class=\"letter\">")
                        .append(Comparison.letter(row))
                        .append("</span></th>"));
        html.append("</tr></thead><tbody>");
        tags.forEach((tag, places) -> {
            html.append("<tr><td>")
                    .append(Html.escape(tag))
                    .append("</td><td class=\"n\">")
                    .append(places.size())
                    .append("</td>");
            comparison.rows().forEach(row -> html.append("<td class=\"n\">")
                    .append(Figures.score(row.result().principal().score(places)))
                    .append("</td>"));
            html.append("</tr>");
        });
        return html.append("</tbody></table></div><p class=\"note\">")
                .append(Html.escape(comparison.metrics().get(0).name()))
                .append("; a sample may have several types.</p></section>")
                .toString();
    }

    private String coco() {
        StringBuilder html = new StringBuilder();
        for (int row = 0; row < comparison.rows().size(); row++) {
            for (MetricResult metric : comparison.rows().get(row).result().metrics()) {
                Optional<DetectionScores> scores = metric.detectionScores();
                if (scores.isPresent()) {
                    html.append(coco(row, scores.get()));
                }
            }
        }
        return html.isEmpty() ? "" : "<section><h2>Detection</h2><div class=\"scroll\">" + html + "</div></section>";
    }

    private static String coco(int row, DetectionScores scores) {
        StringBuilder names = new StringBuilder();
        StringBuilder values = new StringBuilder();
        CocoFigures.of(scores).forEach((name, value) -> {
            names.append("<th class=\"n\">").append(name).append("</th>");
            values.append("<td class=\"n\">").append(Figures.score(value)).append("</td>");
        });
        StringBuilder categories = new StringBuilder();
        scores.categories().forEach((name, value) -> categories
                .append("<li>")
                .append(Html.escape(name))
                .append(" <b>")
                .append(Figures.score(value))
                .append("</b></li>"));
        return "<table><thead><tr><th></th>" + names + "</tr></thead><tbody><tr><td><span class=\"letter\">"
                + Comparison.letter(row) + "</span></td>" + values + "</tr></tbody></table><details><summary>AP of "
                + scores.categories().size() + " categories</summary><ul class=\"categories\">" + categories
                + "</ul></details>";
    }

    private String settings(EvaluationResult first) {
        StringBuilder html = new StringBuilder("<dl>");
        comparison.settings().forEach((name, value) -> html.append("<div><dt>")
                .append(Html.escape(name))
                .append("</dt><dd>")
                .append(Html.escape(value))
                .append("</dd></div>"));
        return html.append("<div><dt>intervals</dt><dd>")
                .append(Html.escape(Figures.intervals(first.score().bootstrap())))
                .append("</dd></div></dl>")
                .toString();
    }

    private static String rejected(List<RejectedSample> rejected) {
        if (rejected.isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder(
                "<details><summary>" + rejected.size()
                        + " rejected: bad records and unreadable images, left out of all scores</summary><ul class=\"rejected\">");
        rejected.stream().limit(REJECTIONS_SHOWN).forEach(sample -> html.append("<li><code>")
                .append(Html.escape(sample.id()))
                .append("</code> ")
                .append(Html.escape(sample.reason()))
                .append("</li>"));
        int more = rejected.size() - REJECTIONS_SHOWN;
        return html.append(more > 0 ? "<li>and " + more + " more</li>" : "")
                .append("</ul></details>")
                .toString();
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + name + " cannot be read", e);
        }
    }
}
