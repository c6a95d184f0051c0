package io.github.florence4j.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import io.github.florence4j.testsupport.Fixtures;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The two reference profiles against the table of specification 10.1 (both columns), fixtures/parsers.json and random
 * token soup that transformers 5.18.0 has parsed.
 */
class ReferenceProfilesTest {

    @TestFactory
    Stream<DynamicTest> everyRowOfTheSpecification() throws IOException {
        JsonNode rows = resource("specification-10.1.json");
        assertThat(rows).hasSize(75);
        return Stream.of(Profile.MICROSOFT, Profile.TRANSFORMERS).flatMap(profile -> stream(rows)
                .map(row -> DynamicTest.dynamicTest("row " + row.get("row") + " " + profile, () -> {
                    JsonNode expected = row.get(profile.toString());
                    assertSame(parse(row, profile).toJson(), expected, row.get("text"));
                })));
    }

    @Test
    void everyCaseOfTheFixtures() {
        JsonNode cases = Fixtures.json("parsers.json");
        assertThat(cases).hasSize(440);
        assertAll(cases);
    }

    @Test
    void randomTokenSoupThatTransformersHasParsed() throws IOException {
        JsonNode cases = resource("transformers-random.json");
        assertThat(cases).hasSize(300);
        assertAll(cases);
    }

    @Test
    void dropsTheSmallQuadThatTheOriginalAreaFilterDrops() {
        String text = "a<loc_0><loc_0><loc_10><loc_0><loc_10><loc_10><loc_0><loc_10>"
                + "b<loc_0><loc_0><loc_500><loc_0><loc_500><loc_500><loc_0><loc_500>";
        var regions = Task.OCR_WITH_REGION.resultOf(
                OutputParser.parse(text, Task.OCR_WITH_REGION, 1000, 1000, Profile.MICROSOFT)
                        .result());
        assertThat(regions.labels()).containsExactly("a", "b");
        assertThat(regions.withoutSmallerThan(0.01, 1000, 1000).labels()).containsExactly("b");
    }

    private static void assertAll(JsonNode cases) {
        for (JsonNode test : cases) {
            String token = test.get("task").asText();
            assertSame(parse(test, Profile.TRANSFORMERS).toJson(token), test.get("expected"), test.get("text"));
        }
    }

    private static TaskResult parse(JsonNode test, Profile profile) {
        String token = test.get("task").asText();
        Task<?> task = token.equals("<DocVQA>") ? Task.custom(token) : Task.parse(token);
        JsonNode size = test.get("image_size");
        return OutputParser.parse(
                        test.get("text").asText(),
                        task,
                        size.get(0).asInt(),
                        size.get(1).asInt(),
                        profile)
                .result();
    }

    /** Equal as JSON, numbers by value: the table writes 33.5 and 33 where Java has doubles and longs. */
    private static void assertSame(JsonNode actual, JsonNode expected, JsonNode text) {
        Comparator<JsonNode> byValue = (a, b) ->
                a.isNumber() && b.isNumber() ? Double.compare(a.asDouble(), b.asDouble()) : a.equals(b) ? 0 : 1;
        assertThat(actual.equals(byValue, expected))
                .as("%s%n gave %s%n expected %s", text, actual, expected)
                .isTrue();
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return Stream.iterate(0, i -> i + 1).limit(array.size()).map(array::get);
    }

    private static JsonNode resource(String name) throws IOException {
        try (InputStream in = ReferenceProfilesTest.class.getResourceAsStream("/parse/" + name)) {
            return new ObjectMapper().readTree(in);
        }
    }
}
