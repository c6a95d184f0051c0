package io.github.florence4j.cli;

import java.io.IOException;
import java.io.PrintWriter;

/** The output stream, whose reader may go away. */
final class Output {
    private Output() {}

    /** Hands on what was written. @throws IOException when nobody reads it any more */
    static void flush(PrintWriter out) throws IOException {
        if (out.checkError()) {
            throw new IOException("the output cannot be written: the pipe is closed or the disk is full");
        }
    }
}
