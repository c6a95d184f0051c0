package io.github.florence4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.florence4j.image.DecodeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
class PageReaderTest {
    private static final String COFFEE = Cli.fixture("images/coffee.png");
    private static final String PAGE = Cli.fixture("images/page.png");

    @Test
    void goesOnAfterAnErrorAndComesToItsEnd() throws InterruptedException {
        List<PageReader.Item> items = new ArrayList<>();
        PageReader.Skip failing = (file, page) -> {
            if (file.equals(COFFEE)) {
                throw new StackOverflowError("too deep");
            }
            return false;
        };

        try (PageReader reader = new PageReader(List.of(COFFEE, PAGE), DecodeOptions.DEFAULTS, failing, 1)) {
            for (PageReader.Item item = reader.next(); !(item instanceof PageReader.End); item = reader.next()) {
                items.add(item);
            }
        }

        assertThat(items).hasSize(4);
        assertThat(items.get(0)).isInstanceOfSatisfying(PageReader.Unreadable.class, failed -> {
            assertThat(failed.file()).isEqualTo(COFFEE);
            assertThat(failed.sentence()).contains("too deep").doesNotContain("\n");
        });
        assertThat(items.get(1)).isEqualTo(new PageReader.EndOfFile(COFFEE));
        assertThat(items.get(2)).isInstanceOf(PageReader.Page.class);
        assertThat(items.get(3)).isEqualTo(new PageReader.EndOfFile(PAGE));
    }
}
