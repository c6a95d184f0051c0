package io.github.florence4j.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** How VQAv2's script normalises an answer: punctuation, then number words, articles and contractions. */
final class VqaAnswers {
    private static final List<String> PUNCTUATION = List.of(
            ";", "/", "[", "]", "\"", "{", "}", "(", ")", "=", "+", "\\", "_", "-", ">", "<", "@", "`", ",", "?", "!");
    private static final Pattern DIGIT_COMMA_DIGIT = Pattern.compile("(?U)\\d,\\d");
    private static final Pattern FULL_STOP = Pattern.compile("(?U)\\.(?!\\d)");

    /** The script hands the flag re.UNICODE, 32, to a parameter that is the largest number of replacements. */
    private static final int FULL_STOPS_DROPPED = 32;

    private static final Set<String> ARTICLES = Set.of("a", "an", "the");
    private static final Map<String, String> NUMBERS = Map.ofEntries(
            Map.entry("none", "0"),
            Map.entry("zero", "0"),
            Map.entry("one", "1"),
            Map.entry("two", "2"),
            Map.entry("three", "3"),
            Map.entry("four", "4"),
            Map.entry("five", "5"),
            Map.entry("six", "6"),
            Map.entry("seven", "7"),
            Map.entry("eight", "8"),
            Map.entry("nine", "9"),
            Map.entry("ten", "10"));

    /** The forms that the script restores when exactly one apostrophe is missing. */
    private static final String CONTRACTIONS =
            """
            ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't haven't he'd
            he'd've he's how'd how'll how's isn't it'd it'd've it'll ma'am mightn't mightn't've might've mustn't must've
            needn't not've o'clock oughtn't 'ow's'at shan't she'd've should've shouldn't shouldn't've somebody'd've
            somebody'll somebody's someone'd someone'd've someone'll someone's something'd something'd've something'll
            that's there'd there'd've there're there's they'd they'd've they'll they're they've 'twas wasn't we'd've we've
            weren't what'll what're what's what've when's where'd where's where've who'd who'd've who'll who's who've
            why'll why're why's won't would've wouldn't wouldn't've y'all y'all'll y'all'd've you'd you'd've you'll you're
            you've""";

    private static final Map<String, String> RESTORED = restored();

    private VqaAnswers() {}

    /** Line breaks and tabs as spaces, stripped: done to every answer, before any comparison. */
    static String strip(String answer) {
        return WhiteSpace.strip(answer.replace('\n', ' ').replace('\t', ' '));
    }

    static String normalize(String answer) {
        return words(punctuation(answer));
    }

    /** A mark next to a space vanishes, any other becomes a space; all vanish when a comma stands between digits. */
    private static String punctuation(String answer) {
        boolean thousands = DIGIT_COMMA_DIGIT.matcher(answer).find();
        String result = answer;
        for (String mark : PUNCTUATION) {
            boolean bySpace = answer.contains(mark + " ") || answer.contains(" " + mark);
            result = result.replace(mark, bySpace || thousands ? "" : " ");
        }
        return withoutFullStops(result);
    }

    private static String withoutFullStops(String text) {
        String result = text;
        for (int dropped = 0; dropped < FULL_STOPS_DROPPED; dropped++) {
            String shorter = FULL_STOP.matcher(result).replaceFirst("");
            if (shorter.length() == result.length()) {
                break;
            }
            result = shorter;
        }
        return result;
    }

    private static String words(String answer) {
        List<String> words = new ArrayList<>();
        for (String word : WhiteSpace.split(answer.toLowerCase(Locale.ROOT))) {
            String number = NUMBERS.getOrDefault(word, word);
            if (!ARTICLES.contains(number)) {
                words.add(RESTORED.getOrDefault(number, number));
            }
        }
        return String.join(" ", words);
    }

    private static Map<String, String> restored() {
        Map<String, String> restored = new HashMap<>();
        for (String form : WhiteSpace.split(CONTRACTIONS)) {
            for (int i = form.indexOf('\''); i >= 0; i = form.indexOf('\'', i + 1)) {
                restored.put(form.substring(0, i) + form.substring(i + 1), form);
            }
        }
        restored.put("somebody'd", "somebodyd"); // the script's table has this one the wrong way round
        return Map.copyOf(restored);
    }
}
