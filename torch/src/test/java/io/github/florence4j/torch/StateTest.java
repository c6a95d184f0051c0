package io.github.florence4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** States of the thread and of the process: gradients, autocast, seeds, threads, devices. */
class StateTest {
    @Test
    void gradientsAreOffInsideAndAsBeforeOutside() {
        assertThat(GradMode.is_enabled()).isTrue();
        try (NoGrad outer = new NoGrad()) {
            try (NoGrad inner = new NoGrad()) {
                assertThat(GradMode.is_enabled()).isFalse();
            }
            assertThat(GradMode.is_enabled()).isFalse();
        }
        assertThat(GradMode.is_enabled()).isTrue();
    }

    @Test
    void aScopeThatClosesFirstDoesNotEndTheGuard() {
        try (NoGrad guard = openedInAScope()) {
            assertThat(GradMode.is_enabled()).isFalse();
        }
        assertThat(GradMode.is_enabled()).isTrue();
    }

    private static NoGrad openedInAScope() {
        try (PointerScope scope = new PointerScope()) {
            return new NoGrad();
        }
    }

    @Test
    void aGuardRefusesToCloseOnAnotherThread() throws InterruptedException {
        try (NoGrad guard = new NoGrad()) {
            assertThat(closedOnAnotherThread(guard)).hasMessageContaining("a state of one thread");
        }
    }

    private static Throwable closedOnAnotherThread(AutoCloseable guard) throws InterruptedException {
        Throwable[] thrown = new Throwable[1];
        Thread other = new Thread(() -> {
            try {
                guard.close();
            } catch (Exception e) {
                thrown[0] = e;
            }
        });
        other.start();
        other.join();
        return thrown[0];
    }

    @Test
    void inferenceOnlyEndsWithItsGuardAndNotWithAScope() {
        try (InferenceOnly guard = openedInferenceOnlyInAScope();
                PointerScope scope = new PointerScope()) {
            assertThat(GradMode.is_enabled()).isFalse();
            assertThat(InferenceMode.is_enabled()).isTrue();
            assertThat(torch.ones(2).is_inference()).isTrue();
        }
        assertThat(GradMode.is_enabled()).isTrue();
        assertThat(InferenceMode.is_enabled()).isFalse();
        try (PointerScope scope = new PointerScope()) {
            assertThat(torch.ones(2).is_inference()).isFalse();
        }
    }

    private static InferenceOnly openedInferenceOnlyInAScope() {
        try (PointerScope scope = new PointerScope()) {
            return new InferenceOnly();
        }
    }

    @Test
    void inferenceOnlyRefusesToCloseOnAnotherThread() throws InterruptedException {
        try (InferenceOnly guard = new InferenceOnly()) {
            assertThat(closedOnAnotherThread(guard)).hasMessageContaining("a state of one thread");
            assertThat(InferenceMode.is_enabled()).isTrue();
        }
    }

    @Test
    void autocastMakesLinearBfloat16InsideAndFloatAfterwards() {
        try (PointerScope scope = new PointerScope()) {
            Device cpu = Devices.cpu();
            Tensor x = torch.ones(2, 3);
            Tensor w = torch.ones(4, 3);
            ScalarType dtypeBefore = torch.get_autocast_dtype(DeviceType.CPU).intern();
            try (Autocast outer = Autocast.on(cpu, DType.BFLOAT16)) {
                assertThat(DType.of(torch.linear(x, w))).isEqualTo(DType.BFLOAT16);
                try (Autocast off = Autocast.on(cpu, DType.FLOAT32)) {
                    assertThat(DType.of(torch.linear(x, w))).isEqualTo(DType.FLOAT32);
                }
                assertThat(DType.of(torch.linear(x, w))).isEqualTo(DType.BFLOAT16);
            }
            assertThat(DType.of(torch.linear(x, w))).isEqualTo(DType.FLOAT32);
            assertThat(torch.is_autocast_enabled(DeviceType.CPU)).isFalse();
            assertThat(torch.get_autocast_dtype(DeviceType.CPU).intern()).isEqualTo(dtypeBefore);
        }
    }

    @Test
    void autocastRefusesIntegers() {
        try (Device cpu = Devices.cpu()) {
            assertThatThrownBy(() -> Autocast.on(cpu, DType.INT64))
                    .hasMessage("autocast to int64 is not possible; expected bfloat16, float16 or float32");
        }
    }

    @Test
    void equalSeedsGiveEqualNumbers() {
        try (PointerScope scope = new PointerScope()) {
            Seeds.set(7);
            Tensor first = torch.rand(5);
            Tensor second = torch.rand(5);
            Seeds.set(7);
            assertThat(first.equal(torch.rand(5))).isTrue();
            assertThat(first.equal(second)).isFalse();
        }
    }

    @Test
    void aRestoredStateDrawsOnIdentically() {
        try (PointerScope scope = new PointerScope()) {
            Seeds.set(7);
            torch.randn(3); // leaves half a pair of normal numbers behind
            byte[] state = Seeds.state();
            Tensor uniform = torch.rand(1000);
            Tensor normal = torch.randn(3);
            Tensor dropped = torch.dropout(uniform, 0.3, true);
            assertThat(Seeds.state()).isNotEqualTo(state);
            Seeds.restore(state);
            assertThat(Seeds.state()).isEqualTo(state);
            assertThat(torch.rand(1000).equal(uniform)).isTrue();
            assertThat(torch.randn(3).equal(normal)).isTrue();
            assertThat(torch.dropout(uniform, 0.3, true).equal(dropped)).isTrue();
        }
    }

    @Test
    void bytesThatAreNoStateAreRefusedAndChangeNothing() {
        byte[] state = Seeds.state();
        for (byte[] wrong : new byte[][] {{}, new byte[100], new byte[state.length]}) {
            assertThatThrownBy(() -> Seeds.restore(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(wrong.length + " bytes are no state of the random number generator; expected what an"
                            + " earlier run saved");
            assertThat(Seeds.state()).isEqualTo(state);
        }
    }

    @Test
    void threadsAreSetAndChecked() {
        int before = Threads.count();
        try {
            Threads.set(1);
            assertThat(Threads.count()).isEqualTo(1);
        } finally {
            Threads.set(before);
        }
        assertThatThrownBy(() -> Threads.set(0)).hasMessage("the number of threads is 0; expected 1 or more");
    }

    @Test
    void aThreadsOwnNumberIsNoOtherThreads() throws InterruptedException {
        int before = Threads.count();
        int[] counts = new int[4];
        Thread own = new Thread(() -> {
            Threads.setHere(before + 1);
            counts[0] = Threads.count();
            counts[1] = torch.get_num_threads();
        });
        own.start();
        own.join();
        Thread later = new Thread(() -> {
            counts[2] = Threads.count();
            counts[3] = torch.get_num_threads();
        });
        later.start();
        later.join();
        assertThat(counts).containsExactly(before + 1, before + 1, before, before);
        assertThat(Threads.count()).isEqualTo(before);
    }

    /** libtorch gives a thread the number that any thread set last when it first computes, not when it sets its own. */
    @Test
    void aThreadKeepsItsOwnNumberThoughAnotherSetsOneBeforeItComputes() throws Exception {
        int before = Threads.count();
        CountDownLatch set = new CountDownLatch(1);
        CountDownLatch other = new CountDownLatch(1);
        int[] found = new int[1];
        Thread own = new Thread(() -> {
            Threads.setHere(before + 1);
            set.countDown();
            try {
                other.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            found[0] = torch.get_num_threads();
        });
        own.start();
        set.await();
        Thread another = new Thread(() -> Threads.setHere(before + 2));
        another.start();
        another.join();
        other.countDown();
        own.join();
        assertThat(found[0]).isEqualTo(before + 1);
        Threads.setHere(before);
    }

    @Test
    void devicesAreParsedOrRefusedInOneSentence() {
        try (Device cpu = Devices.parse("cpu")) {
            assertThat(cpu.is_cpu()).isTrue();
        }
        assertThatThrownBy(() -> Devices.parse("gpu"))
                .hasMessage("device is \"gpu\"; expected cpu, cuda or cuda:<number>");
        assertThat(torch.hasCUDA())
                .as("this test is written for a build without CUDA")
                .isFalse();
        assertThatThrownBy(() -> Devices.parse("cuda:1")).hasMessageContaining("has no CUDA");
    }

    @Test
    void memoryIsReadWhereTheSystemTells() {
        assertThat(NativeMemory.peakResident().orElse(0))
                .isGreaterThanOrEqualTo(NativeMemory.resident().orElse(0) * 9 / 10);
    }
}
