package io.github.florence4j.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The byte-level BPE tokenizer of Florence-2: BART's 50,265 entries and the 1,024 task and location tokens
 * (specification, section 5). Encoding is done by the tokenizers library, decoding here, byte for byte and without
 * clean-up. Safe for concurrent callers.
 */
public final class Florence2Tokenizer implements AutoCloseable {
    /** {@code <s>}. */
    public static final int BOS = 0;
    /** {@code <pad>}. */
    public static final int PAD = 1;
    /** {@code </s>}, also the decoder's start token. */
    public static final int EOS = 2;

    static {
        // The library would otherwise look for a CUDA build of itself on the network, and report its use.
        setUnlessSet("RUST_FLAVOR", "cpu");
        setUnlessSet("OPT_OUT_TRACKING", "true");
    }

    private final HuggingFaceTokenizer encoder;
    private final Vocabulary vocabulary;
    private final ReadWriteLock openness = new ReentrantReadWriteLock();
    private boolean closed;

    private Florence2Tokenizer(HuggingFaceTokenizer encoder, Vocabulary vocabulary) {
        this.encoder = encoder;
        this.vocabulary = vocabulary;
    }

    /**
     * Reads the tokenizer of a checkpoint: {@code tokenizer.json}, or {@code vocab.json} and {@code merges.txt}. If the
     * task and location tokens are missing, as in the repositories of the original release, they are appended in the
     * order of the original processor.
     *
     * @param directory the checkpoint
     * @throws IOException if no tokenizer is there or it cannot be read; the message names the file
     */
    public static Florence2Tokenizer load(Path directory) throws IOException {
        Optional<TokenizerFiles.Complete> complete = TokenizerFiles.complete(directory);
        JsonNode json = complete.isPresent() ? complete.get().json() : TokenizerFiles.read(directory);
        Vocabulary vocabulary = Vocabulary.of(json);
        byte[] bytes = complete.isPresent() ? complete.get().bytes() : TokenizerFiles.bytes(json);
        try {
            HuggingFaceTokenizer encoder = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(bytes), Map.of("padding", "false", "truncation", "false"));
            return new Florence2Tokenizer(encoder, vocabulary);
        } catch (RuntimeException e) {
            throw new IOException("the tokenizer in " + directory + " cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * The content of a {@code tokenizer.json} that needs no additions: what {@link #load} makes of the folder's files.
     *
     * @throws IOException if no tokenizer is there
     */
    public static byte[] file(Path directory) throws IOException {
        Optional<TokenizerFiles.Complete> complete = TokenizerFiles.complete(directory);
        return complete.isPresent() ? complete.get().bytes() : TokenizerFiles.bytes(TokenizerFiles.read(directory));
    }

    /**
     * The content of a {@code tokenizer.json} for other programs: what {@link #load} makes of the folder's files, and one
     * more special token, unless it is there already.
     *
     * @param token the token that must have {@code id}
     * @throws IOException if no tokenizer is there, or the id belongs to another token or leaves a gap
     */
    public static byte[] fileWith(Path directory, String token, int id) throws IOException {
        ObjectNode json = TokenizerFiles.read(directory);
        TokenizerFiles.require(directory, json, token, id);
        return TokenizerFiles.bytes(json);
    }

    /** The ids of {@code <s> text </s>}; special tokens written out in the text become their own ids. */
    public int[] encode(String text) {
        return encode(text, true);
    }

    /** The ids of the text alone. */
    public int[] encodeWithoutSpecials(String text) {
        return encode(text, false);
    }

    /**
     * The text of a sequence: special tokens verbatim, the bytes of the others read together as UTF-8, no spaces added
     * and none removed. Bytes that are not UTF-8 become U+FFFD; ids above the vocabulary give nothing.
     *
     * @throws IllegalArgumentException if an id is negative
     */
    public String decode(int... ids) {
        return TokenSpans.of(this, ids).text();
    }

    /** The text of one token on its own; part of a character becomes U+FFFD. */
    public String tokenText(int id) {
        return decode(id);
    }

    /** The bytes that a token stands for, possibly only a part of a UTF-8 character. */
    public byte[] tokenBytes(int id) {
        return vocabulary.bytes(id);
    }

    /**
     * The number of ids: 51,289 in the original layout, 51,290 with the {@code <image>} token of transformers. Ids from
     * here to the rows of a padded token table have no text.
     */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** Whether the id is a special token: a control, task or location token. */
    public boolean isSpecial(int id) {
        return vocabulary.isSpecial(id);
    }

    /** The id of a vocabulary entry as it is stored: {@code <loc_5>}, {@code <sep>}, {@code Ġthe}. */
    public OptionalInt id(String entry) {
        return vocabulary.id(entry);
    }

    /** Frees the native encoder. Decoding still works; encoding does not. */
    @Override
    public void close() {
        Lock lock = openness.writeLock();
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                encoder.close();
            }
        } finally {
            lock.unlock();
        }
    }

    byte[] bytes(int id) {
        return vocabulary.bytes(id);
    }

    private int[] encode(String text, boolean withSpecials) {
        Lock lock = openness.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the tokenizer is closed");
            }
            long[] ids = encoder.encode(text, withSpecials, false).getIds();
            int[] result = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                result[i] = (int) ids[i];
            }
            return result;
        } finally {
            lock.unlock();
        }
    }

    private static void setUnlessSet(String name, String value) {
        if (System.getenv(name) == null && System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
