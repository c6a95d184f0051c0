package io.github.florence4j.hub;

/** Hears how far the download of a file has come; a progress bar is drawn from it. */
@FunctionalInterface
public interface DownloadListener {
    /** A listener that does nothing. */
    DownloadListener SILENT = (file, bytesDone, bytesTotal) -> {};

    /**
     * Called when a file's download begins, after every piece that arrives, and once more when the file is checked and
     * in place. It is not called for files that are in the cache already. The first call of a resumed download counts
     * the bytes of earlier runs; the count falls back to 0 if the server starts over. Calls come often and on the
     * downloading thread.
     *
     * @param file the name in the repository, such as {@code model.safetensors}
     * @param bytesDone bytes on disk so far
     * @param bytesTotal bytes of the whole file, or -1 if the hub does not say
     */
    void progress(String file, long bytesDone, long bytesTotal);
}
