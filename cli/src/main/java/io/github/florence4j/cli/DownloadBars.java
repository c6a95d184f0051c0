package io.github.florence4j.cli;

import io.github.florence4j.hub.DownloadListener;
import java.util.Objects;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** A progress bar for each file that is downloaded, one after the other. */
final class DownloadBars implements DownloadListener, AutoCloseable {
    private final Reporter reporter;
    private @Nullable ProgressBar bar;
    private @Nullable String current;

    DownloadBars(Reporter reporter) {
        this.reporter = reporter;
    }

    @Override
    public void progress(String file, long bytesDone, long bytesTotal) {
        if (!reporter.showsBars()) {
            return;
        }
        ProgressBar open = bar;
        if (open == null || !Objects.equals(current, file)) {
            close();
            open = reporter.byteBar(file, bytesTotal);
            bar = open;
            current = file;
        }
        open.stepTo(bytesDone);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            reporter.endBarLine();
            bar = null;
        }
    }
}
