package io.github.florence4j.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a caption, in the manner of pycocoevalcap's PTBTokenizer (Stanford CoreNLP with {@code -lowerCase}, then
 * its list of punctuation removed): lower case; clitics apart ({@code do n't}, {@code dog 's}, {@code can not});
 * hyphenated words, numbers with separators, initialisms and titles whole; brackets as {@code -lrb-} and the like, which
 * stay because the list names them in capitals. It agrees with it on plain English captions, not on every oddity of that
 * tokenizer (runs of {@code ?} and {@code !}, fractions, e-mail addresses).
 */
final class CaptionTokens {
    private static final Set<String> PUNCTUATION = Set.of("'", "`", "\"", ".", "?", "!", ",", ":", "-", ";");

    private static final String TITLES =
            "mr|mrs|ms|dr|st|jr|sr|prof|rev|gen|sen|rep|gov|capt|col|lt|sgt|inc|ltd|corp|co|bros|vs|etc|ave|blvd|mt|ft";
    private static final Pattern TOKEN = Pattern.compile(
            "(?:[a-z]\\.){2,}" // u.s.
                    + "|(?:" + TITLES + ")\\.(?=\\s+\\S)" // mr. smith, but not at the end
                    + "|\\d+(?:[.,:]\\d+)+" // 2,000 3.5 5:30
                    + "|[\\p{L}\\p{N}\\p{M}]+(?:[-'&_][\\p{L}\\p{N}\\p{M}]+)*" // black-and-white don't at&t
                    + "|'(?:s|m|d|ll|re|ve|t)(?![\\p{L}\\p{N}])" // a clitic after a bracket or a full stop
                    + "|\\S");
    private static final Pattern CLITIC = Pattern.compile("(.+?)(n't|'(?:s|m|d|ll|re|ve))");

    private CaptionTokens() {}

    static List<String> of(String caption) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(plainQuotes(caption.toLowerCase(Locale.ENGLISH)));
        while (matcher.find()) {
            addParts(matcher.group(), tokens);
        }
        return tokens;
    }

    private static String plainQuotes(String text) {
        return text.replace('\u2018', '\'')
                .replace('\u2019', '\'')
                .replace('\u201c', '"')
                .replace('\u201d', '"')
                .replace("\u2026", ".")
                .replace('\u2013', '-')
                .replace('\u2014', '-');
    }

    private static void addParts(String token, List<String> tokens) {
        if (PUNCTUATION.contains(token)) {
            return;
        }
        Matcher clitic = CLITIC.matcher(token);
        if (clitic.matches()) {
            addParts(clitic.group(1), tokens);
            tokens.add(clitic.group(2));
            return;
        }
        switch (token) {
            case "cannot" -> tokens.addAll(List.of("can", "not"));
            case "gonna" -> tokens.addAll(List.of("gon", "na"));
            case "gotta" -> tokens.addAll(List.of("got", "ta"));
            case "wanna" -> tokens.addAll(List.of("wan", "na"));
            case "gimme" -> tokens.addAll(List.of("gim", "me"));
            case "lemme" -> tokens.addAll(List.of("lem", "me"));
            case "(" -> tokens.add("-lrb-");
            case ")" -> tokens.add("-rrb-");
            case "[" -> tokens.add("-lsb-");
            case "]" -> tokens.add("-rsb-");
            case "{" -> tokens.add("-lcb-");
            case "}" -> tokens.add("-rcb-");
            default -> tokens.add(token);
        }
    }
}
