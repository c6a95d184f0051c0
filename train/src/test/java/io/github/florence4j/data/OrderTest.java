package io.github.florence4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Permutations and mixtures. */
class OrderTest {
    @Test
    void permutationsHitEveryNumberOnce() {
        for (int size : new int[] {1, 2, 3, 4, 5, 16, 17, 1000, 4097}) {
            for (long key = 0; key < 5; key++) {
                Permutation order = new Permutation(size, key);
                long[] hit = LongStream.range(0, size).map(order::at).sorted().toArray();
                assertThat(hit).containsExactly(LongStream.range(0, size).toArray());
            }
        }
    }

    /** Each number should come first about equally often: chi-squared with 9 degrees of freedom, 99.9 % below 27.9. */
    @Test
    void permutationsAreSpreadEvenly() {
        int[] first = new int[10];
        for (long key = 0; key < 10_000; key++) {
            first[(int) new Permutation(10, Pass.mix(key)).at(0)]++;
        }
        double chiSquared = 0;
        for (int count : first) {
            chiSquared += (count - 1000.0) * (count - 1000.0) / 1000;
        }
        assertThat(chiSquared).isLessThan(27.9);
    }

    private static IndexedSource source(String name, int size) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            samples.add(new Sample(String.valueOf(i), ImageRef.ofBytes(new byte[0], "x"), name, List.of()));
        }
        return new ListSource(name, samples);
    }

    @Test
    void mixturesKeepExactSharesAndUseSourcesEvenlyOverEpochs() throws IOException {
        IndexedSource mixture = new MixtureSource(
                "m",
                List.of(
                        new MixtureSource.Part(source("big", 100), 0.3),
                        new MixtureSource.Part(source("small", 4), 0.7)),
                20);
        Map<String, Integer> seen = new HashMap<>();
        List<List<String>> epochs = new ArrayList<>();
        for (int epoch = 0; epoch < 50; epoch++) {
            List<String> ids = TestData.all(mixture, new Pass(3, epoch)).stream()
                    .map(Entry::id)
                    .toList();
            assertThat(ids).filteredOn(id -> id.startsWith("big/")).hasSize(6);
            ids.forEach(id -> seen.merge(id, 1, Integer::sum));
            epochs.add(ids);
        }
        // 50 x 6 draws from 100 samples, 50 x 14 from 4
        assertThat(seen).hasSize(104).allSatisfy((id, count) -> assertThat(count)
                .isEqualTo(id.startsWith("big") ? 3 : 175));
        assertThat(epochs).doesNotHaveDuplicates();
        assertThat(mixture.read(new Pass(3, 7), 5, 19))
                .extracting(Entry::id)
                .containsExactly(epochs.get(7).get(5), epochs.get(7).get(19));
    }
}
