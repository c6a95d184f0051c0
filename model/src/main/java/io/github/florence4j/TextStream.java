package io.github.florence4j;

import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.text.Florence2Tokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns settled tokens into pieces of text, holding back characters whose bytes are not complete. */
final class TextStream implements TokenListener {
    private static final char INCOMPLETE = '\uFFFD';

    private final Florence2Tokenizer tokenizer;
    private final TextListener listener;
    private final Map<Integer, List<Integer>> held = new HashMap<>();

    TextStream(Florence2Tokenizer tokenizer, TextListener listener) {
        this.tokenizer = tokenizer;
        this.listener = listener;
    }

    @Override
    public void token(int sample, int id) {
        List<Integer> ids = held.computeIfAbsent(sample, number -> new ArrayList<>());
        boolean end = id == Florence2Tokenizer.EOS;
        if (id == Florence2Tokenizer.BOS || id == Florence2Tokenizer.PAD || (end && ids.isEmpty())) {
            return;
        }
        if (!end) {
            ids.add(id);
        }
        String text = tokenizer.decode(ids.stream().mapToInt(Integer::intValue).toArray());
        // A character has at most four bytes, and a token at least one of them.
        boolean complete = end || text.isEmpty() || text.charAt(text.length() - 1) != INCOMPLETE || ids.size() > 4;
        if (complete) {
            ids.clear();
            if (!text.isEmpty()) {
                listener.text(sample, text);
            }
        }
    }
}
