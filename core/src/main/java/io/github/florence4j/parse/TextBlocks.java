package io.github.florence4j.parse;

import java.util.ArrayList;
import java.util.List;

/** Cuts a text into phrases with the tags that follow them, as the reference's patterns do (specification 7.2). */
final class TextBlocks {
    private static final int MIN_TAGS = 4;

    private TextBlocks() {}

    /** A phrase from {@code start} to {@code tags} and its tags from there to {@code end}. */
    record Block(int start, int tags, int end) {}

    /**
     * Every run of characters other than {@code <} that at least four tags follow. A run may begin inside a tag that
     * could not be used: the reference starts again one character later.
     */
    static List<Block> withPhrase(String text, boolean polygonTags) {
        List<Block> blocks = new ArrayList<>();
        int start = 0;
        int tags = text.indexOf('<');
        while (tags >= 0) {
            Tags.Run run = Tags.run(text, tags, polygonTags);
            boolean found = tags > start && run.count() >= MIN_TAGS;
            if (found) {
                blocks.add(new Block(start, tags, run.end()));
            }
            start = found ? run.end() : tags + 1;
            tags = text.indexOf('<', start);
        }
        return blocks;
    }

    /** Every run of at least four tags, whatever is between them. */
    static List<Block> withoutPhrase(String text, boolean polygonTags) {
        List<Block> blocks = new ArrayList<>();
        int at = text.indexOf('<');
        while (at >= 0) {
            Tags.Run run = Tags.run(text, at, polygonTags);
            if (run.count() >= MIN_TAGS) {
                blocks.add(new Block(at, at, run.end()));
            }
            at = text.indexOf('<', Math.max(run.end(), at + 1));
        }
        return blocks;
    }
}
