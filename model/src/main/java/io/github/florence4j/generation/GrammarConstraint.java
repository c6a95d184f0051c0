package io.github.florence4j.generation;

import static org.bytedeco.pytorch.global.torch.tensor;

import io.github.florence4j.parse.OutputGrammar;
import io.github.florence4j.parse.TokenClass;
import io.github.florence4j.task.ParserKind;
import io.github.florence4j.text.Florence2Tokenizer;
import io.github.florence4j.torch.Scopes;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Keeps answers within the grammar of their task: the parser reads them without loss, up to where a limit cuts them. */
public final class GrammarConstraint implements AutoCloseable {
    private record Allowed(Set<TokenClass> classes, boolean first) {}

    private final TokenClass[] classes;
    private final Map<Allowed, Tensor> masks = new ConcurrentHashMap<>();

    /**
     * A constraint over a token table.
     *
     * @param classes the class of every row of the table
     */
    public GrammarConstraint(TokenClass[] classes) {
        this.classes = classes.clone();
    }

    /** The constraint for answers that a parser of that kind will read; none for free text. */
    public TokenConstraint of(ParserKind kind) {
        return kind == ParserKind.PURE_TEXT ? TokenConstraint.NONE : ids -> forbidden(kind, ids);
    }

    private Tensor forbidden(ParserKind kind, int[] ids) {
        OutputGrammar.State state = OutputGrammar.start(kind);
        for (int i = 1; i < ids.length; i++) {
            state = state.next(classes[ids[i]]);
        }
        // The first place is that of <s>, which is no part of the answer, though a checkpoint need not force it.
        boolean first = ids.length == 1;
        return masks.computeIfAbsent(new Allowed(state.allowed(), first), this::mask);
    }

    /** {@code (v)} on the processor, where scores are chosen from: true where the class is not allowed. */
    private Tensor mask(Allowed allowed) {
        EnumSet<TokenClass> forbidden = EnumSet.complementOf(EnumSet.copyOf(allowed.classes()));
        byte[] rows = new byte[classes.length];
        for (int id = 0; id < rows.length; id++) {
            rows[id] = (byte)
                    (forbidden.contains(classes[id]) && !(allowed.first() && id == Florence2Tokenizer.BOS) ? 1 : 0);
        }
        return Scopes.own(() -> tensor(rows).to(ScalarType.Bool));
    }

    /** Frees the masks. */
    @Override
    public void close() {
        masks.values().forEach(Tensor::close);
        masks.clear();
    }
}
