package io.github.florence4j.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.task.Profile;
import io.github.florence4j.task.Task;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No text makes a parser throw, and none takes it more than linear time. */
class ParserRobustnessTest {
    private static final List<String> PARTS = List.of(
            "<",
            ">",
            "<<",
            "<loc_",
            "<loc_5>",
            "<loc_5><loc_6><loc_7><loc_8>",
            "loc_3>",
            "<loc_>",
            "<loc_99999999999>",
            "<loc_٣>",
            "<loc_x>",
            "<sep>",
            "<poly>",
            "</poly>",
            "<s>",
            "</s>",
            "<pad>",
            "<pa<s>d>",
            "<od>",
            "cat",
            " ",
            "\n",
            "\r",
            "\u2028",
            "\u00a0",
            "猫",
            "😀",
            "\ud83d",
            "\ude00",
            "\u0000",
            "</",
            "it");

    private static final List<Task<?>> STRUCTURED = List.of(
            Task.OCR_WITH_REGION, Task.OBJECT_DETECTION, Task.REFERRING_SEGMENTATION, Task.OPEN_VOCABULARY_DETECTION);

    private static final int SHORT = 1 << 16;
    private static final int LONG = 1 << 19;
    private static final int ROUNDS = 5;

    /** Each is repeated to the full length. */
    private static final List<String> ADVERSARIES = List.of(
            "<",
            "<loc_",
            "<loc_1",
            "<loc_1>",
            "x<loc_1>",
            "x<loc_1><loc_2><loc_3>",
            "x<loc_1><loc_2><loc_3><loc_4>",
            "<loc_1><loc_2><loc_3><loc_4>\n",
            "\n<loc_1><loc_2><loc_3><loc_4><loc_5><loc_6><loc_7><loc_8>",
            "a<loc_1><loc_2><loc_3><loc_4><loc_5><loc_6><loc_7>",
            "<loc_1><loc_2><loc_3><loc_4><loc_5><loc_6><loc_7><loc_8><loc_9>",
            "<poly>",
            "</poly>",
            "<sep>",
            "<poly><loc_1><loc_2>",
            "<poly><loc_1><loc_2></poly>",
            "cat<poly><loc_1><loc_2><loc_3>",
            "cat<poly><loc_1><loc_2></poly>",
            "<loc_1><poly>",
            "<loc_1><sep>",
            "\n",
            " ",
            "a",
            "1",
            "<s>",
            "<pa<s>d>",
            "</s",
            "<od>a");

    @Test
    void randomSoupNeverThrows() {
        Random random = new Random(17);
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(PARTS.get(random.nextInt(PARTS.size())));
            }
            parseInEveryWay(text.toString());
        }
    }

    @Test
    void randomCharactersNeverThrow() {
        Random random = new Random(19);
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(60); i > 0; i--) {
                text.append((char) (random.nextBoolean() ? random.nextInt(0x10000) : random.nextInt(0x80)));
            }
            parseInEveryWay(text.toString());
        }
    }

    @Test
    void eightTimesTheTextTakesAboutEightTimesTheTime() {
        List<String> slow = new ArrayList<>();
        for (String unit : ADVERSARIES) {
            compare(unit, repeated(unit, SHORT), repeated(unit, LONG), slow);
            compare("label, then " + unit, longHead(unit, SHORT / 2), longHead(unit, LONG / 2), slow);
        }
        assertThat(slow).isEmpty();
    }

    /**
     * Quadratic time would be 64 times as much. The floor keeps the noise of short times out. One round over the bound
     * may be the machine's doing (pages given for the first time, code compiled again), for noise only ever adds: a text
     * is slow when its shortest time is.
     */
    private static void compare(String name, String shortText, String longText, List<String> slow) {
        long once = Long.MAX_VALUE;
        long eightTimes = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            once = Math.min(once, Math.min(cpuTime(shortText), cpuTime(shortText)));
            eightTimes = Math.min(eightTimes, cpuTime(longText));
            if (eightTimes <= 28 * Math.max(once, 15_000_000L)) {
                return;
            }
        }
        slow.add(name.replace("\n", "\\n") + ": " + once / 1_000_000 + " ms, then " + eightTimes / 1_000_000 + " ms");
    }

    private static String repeated(String unit, int length) {
        return unit.repeat(length / unit.length());
    }

    /** Half a very long label, half the unit: catches work that is done on the label again for each item. */
    private static String longHead(String unit, int length) {
        return " a".repeat(length / 4) + unit.repeat(length / 2 / unit.length());
    }

    /** Of this thread alone, so that a busy machine does not fail the test; the reference profiles share their scanner. */
    private static long cpuTime(String text) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (Profile profile : List.of(Profile.FLORENCE4J, Profile.MICROSOFT)) {
            STRUCTURED.forEach(task -> OutputParser.parse(text, task, 640, 480, profile));
        }
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    }

    private static void parseInEveryWay(String text) {
        for (Profile profile : Profile.values()) {
            for (Task<?> task : List.of(
                    Task.CAPTION,
                    Task.OCR_WITH_REGION,
                    Task.OBJECT_DETECTION,
                    Task.REGION_PROPOSAL,
                    Task.PHRASE_GROUNDING,
                    Task.REFERRING_SEGMENTATION,
                    Task.OPEN_VOCABULARY_DETECTION,
                    Task.custom("<X>"))) {
                Parsed parsed = OutputParser.parse(text, task, 640, 480, profile);
                for (ItemSpan span : parsed.spans()) {
                    if (span.labelStart() < 0
                            || span.labelEnd() < span.labelStart()
                            || span.coordsEnd() < span.coordsStart()
                            || Math.max(span.labelEnd(), span.coordsEnd()) > text.length()) {
                        throw new AssertionError(task + " " + profile + " " + span);
                    }
                }
            }
        }
    }
}
