package io.github.florence4j;

import io.github.florence4j.generation.Arrivals;
import io.github.florence4j.generation.GeneratedSequence;
import io.github.florence4j.generation.GrammarConstraint;
import io.github.florence4j.generation.TokenConstraint;
import io.github.florence4j.generation.TokenListener;
import io.github.florence4j.nn.Florence2Network;
import io.github.florence4j.nn.Regularization;
import io.github.florence4j.torch.Tensors;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.jspecify.annotations.Nullable;

/** Prompts on their way into a decoding: seen, encoded, and handed their answers. */
final class Joining implements Arrivals, AutoCloseable {
    /** A prompt in the decoding, with what the clocks showed when it came. */
    private record Live(Asked asked, long came, long elsewhere) {}

    private final Florence2Network network;
    private final GrammarConstraint grammar;
    private final Inference.Prompts prompts;
    private final boolean constrained;
    private final Map<Integer, Live> live = new HashMap<>();
    private final Deque<Asked> alone = new ArrayDeque<>();
    private final Set<Picture> seen = new HashSet<>();
    private final long start = System.nanoTime();
    private int joined;
    private long elsewhere; // nanoseconds in which nothing was encoded or decoded
    private boolean exhausted;

    Joining(Florence2Network network, GrammarConstraint grammar, Inference.Prompts prompts, boolean constrained) {
        this.network = network;
        this.grammar = grammar;
        this.prompts = prompts;
        this.constrained = constrained;
    }

    /** What encoder and decoder took so far. */
    double generateMillis() {
        return (System.nanoTime() - start - elsewhere) / 1e6;
    }

    /** Whether there may be more to decode. */
    boolean hasMore() {
        return !exhausted || !alone.isEmpty();
    }

    @Override
    public List<Group> next(int room, boolean idle) {
        List<Asked> come = come(room, idle);
        come.forEach(asked -> live.put(joined++, new Live(asked, System.nanoTime(), elsewhere)));
        return come.stream().map(this::encoded).toList();
    }

    private List<Asked> come(int room, boolean idle) {
        long asking = System.nanoTime();
        try {
            if (!alone.isEmpty()) {
                return idle ? List.of(alone.remove()) : List.of();
            }
            List<Asked> come = prompts.next(room, idle);
            exhausted |= idle && come.isEmpty();
            return come;
        } finally {
            elsewhere += System.nanoTime() - asking;
        }
    }

    /** Each goes through tower and encoder alone: that needs the least memory and no padding, and is the fastest. */
    private Group encoded(Asked asked) {
        if (Thread.interrupted()) {
            throw new CancellationException("the request was interrupted");
        }
        long seeing = System.nanoTime();
        seen.add(asked.picture());
        Tensor visual = asked.picture().tokens(); // (1, v, p)
        elsewhere += System.nanoTime() - seeing;
        Tensor ids = Tensors.ofLongs(
                        network.device(),
                        Arrays.stream(asked.promptIds()).asLongStream().toArray())
                .unsqueeze(0); // (1, l)
        TensorOptional none = new TensorOptional();
        TokenConstraint constraint = constrained ? grammar.of(asked.parser()) : TokenConstraint.NONE;
        return new Group(network.encode(visual, ids, none, Regularization.NONE), none, List.of(constraint));
    }

    @Override
    public void finished(int sample, List<GeneratedSequence> answers) {
        Live done = of(live.remove(sample));
        long here = System.nanoTime() - done.came() - (elsewhere - done.elsewhere());
        release(done.asked().picture());
        done.asked().outcome().answered(answers, done.asked().picture().millis(), here / 1e6);
    }

    private static Live of(@Nullable Live live) {
        return Objects.requireNonNull(live, "a sample that did not join");
    }

    private void release(Picture picture) {
        if (picture.release()) {
            seen.remove(picture);
        }
    }

    /** Whether nothing is being decoded. */
    boolean isEmpty() {
        return live.isEmpty();
    }

    /** Takes the failure of all that are being decoded: each is asked again on its own, unless it was. */
    void failed(Throwable cause) {
        List<Asked> failed = live.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue().asked())
                .toList();
        live.clear();
        if (failed.size() > 1) {
            alone.addAll(failed);
        } else {
            failed.forEach(asked -> {
                release(asked.picture());
                asked.outcome().failed(cause);
            });
        }
    }

    /** A listener that counts the prompts as the run does, not as they joined. */
    TokenListener numbered(TokenListener listener) {
        joined = 0;
        return listener == TokenListener.NONE
                ? TokenListener.NONE
                : (sample, id) -> listener.token(of(live.get(sample)).asked().number(), id);
    }

    /** Gives back the pictures of prompts that were not answered. */
    @Override
    public void close() {
        prompts.ended(seen);
    }
}
