package io.github.florence4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.image.ImageDecoder;
import io.github.florence4j.synth.dataset.DataSetOptions;
import io.github.florence4j.synth.dataset.DataSetWriter;
import io.github.florence4j.synth.dataset.ProgressListener;
import io.github.florence4j.synth.dataset.ReadingTask;
import io.github.florence4j.synth.dataset.WrittenSplit;
import io.github.florence4j.synth.page.PageSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Synthetic data sets are read by the readers for the real ones. */
class SyntheticDocumentsTest {

    @Test
    void areReadAsDocumentVqaAsCsvAndAsJsonLines(@TempDir Path temp) throws IOException {
        Path folder = temp.resolve("set");
        DataSetOptions options = new DataSetOptions(
                6, 2, 1, 200, 220, PageSettings.DEFAULT, true, true, List.of(ReadingTask.OCR, ReadingTask.LAYOUT));
        WrittenSplit train =
                DataSetWriter.write(folder, options, ProgressListener.NONE).get(0);

        List<Entry> questions = TestData.all(Sources.open(folder + "/train-*.parquet"), TestData.PASS);
        List<Entry> reading = TestData.all(Sources.open(folder + "/train"), TestData.PASS);

        assertThat(questions).hasSize(train.questions());
        assertThat(reading).hasSize(12);
        Sample question = TestData.sample(questions.get(0));
        assertThat(question.answers()).isNotEmpty();
        assertThat(question.tags()).isNotEmpty();
        assertThat(question.image().decode(new ImageDecoder()).height()).isEqualTo(220);
        List<Entry> table =
                TestData.all(Sources.open("csv:" + folder + "/train.csv?prompt=<DocVQA>{question}"), TestData.PASS);
        assertThat(table).hasSameSizeAs(questions);
        for (int i = 0; i < table.size(); i++) {
            Sample row = TestData.sample(table.get(i));
            Sample same = TestData.sample(questions.get(i));
            assertThat(row.prompt()).isEqualTo(same.prompt());
            assertThat(row.answers()).containsExactly(same.answers().get(0));
            assertThat(row.image().sha256()).isEqualTo(same.image().sha256());
        }
        Sample layout = TestData.sample(reading.get(1));
        assertThat(layout.prompt()).isEqualTo("<OD>");
        assertThat(layout.answers().get(0)).contains("<loc_");
        assertThat(layout.image().decode(new ImageDecoder()).width()).isEqualTo(200);
    }
}
