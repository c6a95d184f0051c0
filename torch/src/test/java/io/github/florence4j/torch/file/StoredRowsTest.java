package io.github.florence4j.torch.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.testsupport.Handles;
import io.github.florence4j.torch.NativeMemory;
import io.github.florence4j.torch.pickle.TorchZipFile;
import io.github.florence4j.torch.safetensors.SafetensorsFile;
import io.github.florence4j.torch.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reference is {@code torch.embedding} on the whole matrix, read from files that Python wrote. */
class StoredRowsTest {
    private static final long[] NUMBERS = {0, 51_327, 7, 7, 50_265, 1};

    @TempDir
    Path folder;

    @Test
    void rowsOfSafetensorsAreThoseOfTheWholeMatrix() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(Fixtures.path("tiny-transformers/model.safetensors"))) {
            assertRowsOfTheWhole(file, "model.language_model.shared.weight");
        }
    }

    @Test
    void rowsOfPickledHalvesAreThoseOfTheWholeMatrix() throws IOException {
        try (TorchZipFile file = TorchZipFile.open(Fixtures.path("tiny-microsoft-bin/pytorch_model.bin"))) {
            assertRowsOfTheWhole(file, "language_model.model.shared.weight");
        }
    }

    private static void assertRowsOfTheWhole(WeightFile file, String name) throws IOException {
        TensorInfo info = file.tensors().get(name);
        try (PointerScope scope = new PointerScope();
                StoredRows stored = file.storedRows(name).orElseThrow()) {
            Tensor whole = file.copy(name, info.dtype());
            long last = info.shape().get(0) - 1;
            long[] numbers = NUMBERS.clone();
            numbers[1] = last;
            Tensor ids = torch.tensor(numbers).view(2, 3);
            Tensor rows = stored.rows(ids);
            assertThat(stored.dtype()).isEqualTo(info.dtype());
            assertThat(rows.shape()).containsExactly(2, 3, info.shape().get(1));
            assertThat(rows.equal(torch.embedding(whole, ids))).isTrue();
        }
    }

    @Test
    void theyOutliveTheFileTheyCameFrom() throws IOException {
        try (PointerScope scope = new PointerScope();
                StoredRows stored = stored(100, 3)) {
            assertThat(stored.rows(torch.tensor(41L)).equal(row(41))).isTrue();
        }
    }

    @Test
    void rowsThatAreNotThereAreRefused() throws IOException {
        try (PointerScope scope = new PointerScope();
                StoredRows stored = stored(100, 3)) {
            for (long number : new long[] {-1, 100, Long.MAX_VALUE}) {
                assertThatThrownBy(() -> stored.rows(torch.tensor(0L, number)))
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessage("row " + number + " of x is wanted; it has 100");
            }
        }
    }

    @Test
    void anInterruptedThreadReadsAndLeavesThemToTheOthers() throws Exception {
        try (PointerScope scope = new PointerScope();
                StoredRows stored = stored(100, 3)) {
            ExecutorService other = Executors.newSingleThreadExecutor();
            try {
                assertThat(other.submit(() -> {
                                    Thread.currentThread().interrupt();
                                    return isRow(stored, 12) && Thread.interrupted();
                                })
                                .get())
                        .isTrue();
            } finally {
                other.shutdown();
            }
            assertThat(isRow(stored, 13)).isTrue();
        }
    }

    @Test
    void severalThreadsEachGetTheirOwn() throws IOException, InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (StoredRows stored = stored(100, 3)) {
            List<Future<Boolean>> right = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                long number = i % 100;
                right.add(threads.submit(() -> isRow(stored, number)));
            }
            for (Future<Boolean> one : right) {
                assertThat(one.get()).isTrue();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void aFileThatWasCutOffIsNamed() throws IOException {
        try (PointerScope scope = new PointerScope();
                StoredRows stored = stored(100, 3)) {
            try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
                file.setLength(file.length() - 1);
            }
            assertThatThrownBy(() -> stored.rows(torch.tensor(99L)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage(path() + " ends inside of x; it is truncated");
            assertThat(stored.rows(torch.tensor(98L)).equal(row(98))).isTrue();
        }
    }

    @Test
    void onlyMatricesHaveRows() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(Fixtures.path("tiny-transformers/model.safetensors"))) {
            assertThat(file.storedRows("model.vision_tower.convs.0.norm.weight"))
                    .isEmpty();
        }
    }

    @Test
    void readingLeavesNoHandles() throws IOException {
        try (StoredRows stored = stored(100, 3)) {
            assertThat(isRow(stored, 5)).isTrue();
            long before = Handles.settled();
            for (int i = 0; i < 10; i++) {
                assertThat(isRow(stored, i)).isTrue();
            }
            assertThat(NativeMemory.handles()).isEqualTo(before);
        }
    }

    private Path path() {
        return folder.resolve("x.safetensors");
    }

    /** Rows of which every element is the row's number. */
    private StoredRows stored(long rows, long width) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            long[] numbers = new long[(int) rows];
            for (int i = 0; i < rows; i++) {
                numbers[i] = i;
            }
            Tensor matrix = torch.tensor(numbers)
                    .to(torch.ScalarType.Float)
                    .view(rows, 1)
                    .expand(rows, width);
            SafetensorsWriter.write(path(), Map.of("x", matrix.contiguous()), Map.of());
        }
        try (SafetensorsFile file = SafetensorsFile.open(path())) {
            return file.storedRows("x").orElseThrow();
        }
    }

    private static Tensor row(long number) {
        return torch.tensor((float) number, (float) number, (float) number).view(1, 3);
    }

    private static boolean isRow(StoredRows stored, long number) {
        try (PointerScope scope = new PointerScope()) {
            return stored.rows(torch.tensor(number)).equal(row(number));
        }
    }
}
