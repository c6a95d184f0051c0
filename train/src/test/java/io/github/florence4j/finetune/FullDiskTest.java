package io.github.florence4j.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.github.florence4j.data.LoaderPosition;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Seeds;
import io.github.florence4j.train.AdamW;
import io.github.florence4j.weights.Checkpoint;
import io.github.florence4j.weights.Part;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checkpoints on a disk, in memory, that has room for one of them and a half. */
class FullDiskTest {
    private static final long ROOM = 48 << 20;

    @Test
    void aFullDiskIsToldAndLeavesTheEarlierCheckpointAsItWas() throws IOException {
        Path tiny = Fixtures.path("tiny-transformers");
        Configuration disk = Configuration.unix().toBuilder().setMaxSize(ROOM).build();
        try (FileSystem files = Jimfs.newFileSystem(disk);
                Checkpoint base = Checkpoint.load(tiny, DType.FLOAT32);
                TrainedModel model = new TrainedParts(base, tiny, Set.of(Part.VISION_TOWER));
                AdamW optimizer = new AdamW(model.parameters(), AdamW.Options.DEFAULT)) {
            Path folder = files.getPath("/run/checkpoints");
            CheckpointStore store = new CheckpointStore(folder);
            CheckpointStore.Tensors tensors = new CheckpointStore.Tensors(model, optimizer, null);
            store.save(tensors, run(2));
            Map<String, Long> before = contents(folder);

            assertThatThrownBy(() -> store.save(tensors, run(4)))
                    .isInstanceOf(TrainingFailedException.class)
                    .hasMessageContaining("the checkpoint of step 4 cannot be written to /run/checkpoints")
                    .hasMessageContaining("GB are free")
                    .hasMessageContaining("the one of step 2 is intact");

            assertThat(contents(folder)).isEqualTo(before).hasSizeGreaterThan(5);
            assertThat(store.latest()).contains(store.folder(2));
            assertThat(store.read(store.folder(2)).state().step()).isEqualTo(2);
        }
    }

    private static SavedRun run(long step) {
        TrainingState state = new TrainingState(step, LoaderPosition.start(0), step, step, 1, null, 0, false, null);
        return new SavedRun(
                SavedRun.FORMAT, state, Seeds.state(), 2, 10, Map.of(), ConfigFile.tree(FineTuneConfig.DEFAULTS));
    }

    /** The size of every file below a folder. */
    private static Map<String, Long> contents(Path folder) throws IOException {
        Map<String, Long> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.toString(), Files.size(file));
            }
        }
        return contents;
    }
}
