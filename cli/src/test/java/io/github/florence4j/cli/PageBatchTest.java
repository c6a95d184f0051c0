package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.image.RgbImage;
import org.junit.jupiter.api.Test;

class PageBatchTest {
    private static final PageReader.Page PAGE = new PageReader.Page("a.png", 1, 1, new RgbImage(10, 10, new byte[300]));

    @Test
    void isFullWithItsNumberOfPages() {
        PageBatch batch = new PageBatch(2, 10_000);
        batch.add(PAGE);
        assertThat(batch.isFull()).isFalse();
        batch.add(PAGE);
        assertThat(batch.isFull()).isTrue();
    }

    @Test
    void isFullBeforeItsPixelsTakeMoreMemoryThanAllowed() {
        PageBatch batch = new PageBatch(64, 800);
        for (int round = 0; round < 2; round++) {
            batch.add(PAGE);
            batch.add(PAGE);
            assertThat(batch.isFull()).isFalse();
            batch.add(PAGE);
            assertThat(batch.isFull()).isTrue();
            assertThat(batch.take()).hasSize(3);
            assertThat(batch.isEmpty()).isTrue();
        }
    }
}
