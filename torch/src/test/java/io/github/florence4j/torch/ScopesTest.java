package io.github.florence4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.testsupport.Handles;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** What can go wrong: a result freed with its scope, or temporaries that outlive it. Handles are counted exactly. */
class ScopesTest {
    @Test
    void keepsTheResultAndFreesTemporariesUntilTheOuterScopeCloses() {
        long before = Handles.settled();
        try (PointerScope outer = new PointerScope()) {
            Tensor kept = Scopes.keep(() -> torch.ones(3).add(torch.ones(3)));
            assertThat(NativeMemory.handles()).isEqualTo(before + 1);
            assertThat(kept.sum().item_float()).isEqualTo(6);
        }
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    @Test
    void withoutAnOuterScopeTheCallerOwnsTheResult() {
        long before = Handles.settled();
        Tensor kept = Scopes.keep(() -> torch.ones(3).add(torch.ones(3)));
        assertThat(NativeMemory.handles()).isEqualTo(before + 1);
        kept.close();
        assertThat(NativeMemory.handles()).isEqualTo(before);
        assertThat(kept.isNull()).isTrue();
    }

    @Test
    void keepsSeveralResults() {
        long before = Handles.settled();
        try (PointerScope outer = new PointerScope()) {
            List<Tensor> kept = Scopes.keepAll(() -> List.of(torch.ones(1), torch.zeros(1)));
            assertThat(NativeMemory.handles()).isEqualTo(before + 2);
            assertThat(kept.get(0).isNull() || kept.get(1).isNull()).isFalse();
        }
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    @Test
    void anOwnedResultOutlivesTheScopeThatWasOpen() {
        long before = Handles.settled();
        Tensor owned;
        try (PointerScope outer = new PointerScope()) {
            owned = Scopes.own(() -> torch.ones(3));
        }
        assertThat(owned.isNull()).isFalse();
        owned.close();
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    @Test
    void aResultMayLeaveSeveralNestedScopes() {
        long before = Handles.settled();
        try (PointerScope outer = new PointerScope()) {
            Tensor kept = Scopes.keep(() -> Scopes.keep(() -> Scopes.keep(() -> torch.ones(2))));
            assertThat(kept.isNull()).isFalse();
            assertThat(NativeMemory.handles()).isEqualTo(before + 1);
        }
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }

    @Test
    void aFailingBodyLeavesNothingBehindAndKeepsItsException() {
        long before = Handles.settled();
        assertThatThrownBy(() -> Scopes.keep(() -> {
                    Tensor tensor = torch.ones(2);
                    throw new java.io.IOException("no " + tensor.numel());
                }))
                .isInstanceOf(java.io.IOException.class)
                .hasMessage("no 2");
        assertThat(NativeMemory.handles()).isEqualTo(before);
    }
}
