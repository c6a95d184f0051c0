package io.github.florence4j.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The entries of a byte-level BPE vocabulary by id, with the bytes that each stands for. */
final class Vocabulary {
    private static final int MAX_SIZE = 1 << 24;
    private static final int[] BYTE_OF_CHAR = byteOfChar();

    /** Texts of all ids in one array: as objects of their own they would be some megabytes. */
    private record Texts(byte[] all, int[] ends) {
        static Texts of(int size, IntFunction<byte[]> text) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            int[] ends = new int[size];
            for (int id = 0; id < size; id++) {
                all.writeBytes(text.apply(id));
                ends[id] = all.size();
            }
            return new Texts(all.toByteArray(), ends);
        }

        int begin(int id) {
            return id == 0 ? 0 : ends[id - 1];
        }

        byte[] get(int id) {
            return Arrays.copyOfRange(all, begin(id), ends[id]);
        }

        boolean is(int id, byte[] text) {
            return Arrays.equals(all, begin(id), ends[id], text, 0, text.length);
        }
    }

    private final Texts entries; // as they are stored, in UTF-8
    private final Texts bytes;
    private final BitSet specials;

    private Vocabulary(@Nullable String[] entries, BitSet specials) {
        this.specials = specials;
        this.entries = Texts.of(entries.length, id -> utf8(entries[id]));
        this.bytes = Texts.of(entries.length, id -> specials.get(id) ? utf8(entries[id]) : bytesOf(entries[id]));
    }

    private static byte[] utf8(@Nullable String entry) {
        return entry == null ? new byte[0] : entry.getBytes(StandardCharsets.UTF_8);
    }

    /** Reads {@code model.vocab} and {@code added_tokens} of a tokenizer.json. */
    static Vocabulary of(JsonNode json) throws IOException {
        JsonNode vocab = json.path("model").path("vocab");
        JsonNode added = json.path("added_tokens");
        int size = 0;
        for (JsonNode id : vocab) {
            size = Math.max(size, checked(id) + 1);
        }
        for (JsonNode token : added) {
            size = Math.max(size, checked(token.path("id")) + 1);
        }
        @Nullable String[] entries = new String[size];
        BitSet specials = new BitSet(size);
        for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
            entries[entry.getValue().asInt()] = entry.getKey();
        }
        for (JsonNode token : added) {
            entries[token.path("id").asInt()] = token.path("content").asText();
            specials.set(token.path("id").asInt());
        }
        return new Vocabulary(entries, specials);
    }

    int size() {
        return bytes.ends.length;
    }

    /** Whether an id is in the vocabulary and has that stored form. */
    boolean is(int id, String entry) {
        return id < size() && entries.is(id, utf8(entry));
    }

    /** The id of a stored form that is not empty. It is looked for from the end, where task and location tokens are: a map would be 3 MB. */
    OptionalInt id(String entry) {
        byte[] stored = utf8(entry);
        for (int id = size() - 1; id >= 0 && stored.length > 0; id--) {
            if (entries.is(id, stored)) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /** What a token stands for: nothing for ids above the vocabulary, which padded token tables have. */
    byte[] bytes(int id) {
        if (id < 0) {
            throw new IllegalArgumentException("a token id cannot be negative, found " + id);
        }
        return id < size() ? bytes.get(id) : new byte[0];
    }

    boolean isSpecial(int id) {
        return id >= 0 && specials.get(id);
    }

    private static int checked(JsonNode id) throws IOException {
        if (!id.isInt() || id.asInt() < 0 || id.asInt() >= MAX_SIZE) {
            throw new IOException("the tokenizer has the token id " + id + ": expected a number from 0 to " + MAX_SIZE);
        }
        return id.asInt();
    }

    /** The letter that stands for a byte, 0 to 255, in entries. */
    static char charOfByte(int value) {
        for (char c = 0; c < BYTE_OF_CHAR.length; c++) {
            if (BYTE_OF_CHAR[c] == value) {
                return c;
            }
        }
        throw new IllegalArgumentException("expected a byte, 0 to 255, found " + value);
    }

    private static byte[] bytesOf(@Nullable String entry) {
        if (entry == null) {
            return new byte[0];
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(entry.length());
        for (int i = 0; i < entry.length(); i++) {
            char c = entry.charAt(i);
            int value = c < BYTE_OF_CHAR.length ? BYTE_OF_CHAR[c] : -1;
            if (value < 0) {
                return entry.getBytes(StandardCharsets.UTF_8);
            }
            out.write(value);
        }
        return out.toByteArray();
    }

    /**
     * GPT-2's printable alphabet, inverted: printable Latin-1 characters stand for themselves, the other 68 bytes for
     * U+0100 and up in order.
     */
    private static int[] byteOfChar() {
        int[] table = new int[0x144];
        Arrays.fill(table, -1);
        int next = 0x100;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xa1 && value <= 0xff && value != 0xad);
            table[printable ? value : next++] = value;
        }
        return table;
    }
}
