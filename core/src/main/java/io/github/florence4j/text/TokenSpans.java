package io.github.florence4j.text;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * A decoded sequence and the part of it that each token wrote, in UTF-16 units. A token that holds only some bytes of a
 * character covers the whole character, so neighbours may overlap; a token without text covers nothing.
 */
public final class TokenSpans {
    private final String text;
    private final int[] starts;
    private final int[] ends;

    private TokenSpans(String text, int[] starts, int[] ends) {
        this.text = text;
        this.starts = starts;
        this.ends = ends;
    }

    /** The spans of ids decoded together, as {@link Florence2Tokenizer#decode} does. */
    public static TokenSpans of(Florence2Tokenizer tokenizer, int... ids) {
        int[] byteEnds = new int[ids.length];
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * ids.length);
        for (int i = 0; i < ids.length; i++) {
            bytes.writeBytes(tokenizer.bytes(ids[i]));
            byteEnds[i] = bytes.size();
        }
        Utf8 decoded = Utf8.decode(bytes.toByteArray());
        int[] starts = new int[ids.length];
        int[] ends = new int[ids.length];
        int byteStart = 0;
        for (int i = 0; i < ids.length; i++) {
            boolean empty = byteEnds[i] == byteStart;
            int before = i == 0 ? 0 : ends[i - 1];
            starts[i] = empty ? before : decoded.startOf(byteStart);
            ends[i] = empty ? before : decoded.endOf(byteEnds[i] - 1);
            byteStart = byteEnds[i];
        }
        return new TokenSpans(decoded.text(), starts, ends);
    }

    /** The spans of tokens that were decoded one by one, as the original processor does in its sequence mode. */
    public static TokenSpans ofPieces(List<String> pieces) {
        int[] starts = new int[pieces.size()];
        int[] ends = new int[pieces.size()];
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pieces.size(); i++) {
            starts[i] = text.length();
            text.append(pieces.get(i));
            ends[i] = text.length();
        }
        return new TokenSpans(text.toString(), starts, ends);
    }

    /** The decoded text. */
    public String text() {
        return text;
    }

    /** The number of tokens. */
    public int size() {
        return starts.length;
    }

    /** Where the token's text begins. */
    public int start(int token) {
        return starts[token];
    }

    /** Where the token's text ends, exclusive. */
    public int end(int token) {
        return ends[token];
    }

    /** The first token that reaches beyond {@code offset}; {@link #size()} if there is none. */
    public int firstEndingAfter(int offset) {
        int low = 0;
        int high = ends.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
