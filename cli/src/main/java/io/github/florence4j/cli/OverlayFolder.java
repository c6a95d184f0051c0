package io.github.florence4j.cli;

import io.github.florence4j.Answer;
import io.github.florence4j.draw.Overlay;
import io.github.florence4j.result.TaskResult;
import io.github.florence4j.task.Task;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A folder of pictures with results drawn onto them, {@code <image>[.p<page>].<task>.png}. Answers in words are not
 * drawn. Files of the same name in different folders are told apart by a number, in the order of the files; very long
 * names are shortened to what file systems take.
 */
final class OverlayFolder implements AnswerSink {
    /** File systems take names of 255 bytes; number, page and task need up to 55 of them. */
    private static final int STEM_BYTES = 200;

    /** A picture that could not be made; the message says why. */
    static final class NotDrawnException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotDrawnException(Throwable cause) {
            super("the overlay is missing: " + Failures.sentence(cause), cause);
        }
    }

    private final Path folder;
    private final Map<String, String> stems = new HashMap<>();

    /** A folder, made if need be, for the results of these files. */
    OverlayFolder(Path folder, List<String> files) throws IOException {
        this.folder = Files.createDirectories(folder);
        Set<String> taken = new HashSet<>();
        for (String file : files) {
            String stem = stem(file);
            String unique = stem;
            for (int n = 2; !taken.add(unique); n++) {
                unique = stem + "-" + n;
            }
            stems.put(file, unique);
        }
    }

    @Override
    public void answer(PageReader.Page page, Job job, Answer<?> answer) {
        if (answer.result() instanceof String) {
            return;
        }
        String number = page.pages() > 1 ? ".p" + page.page() : "";
        Path target = folder.resolve(stems.get(page.file()) + number + "." + job.name() + ".png");
        try {
            Overlay.drawTo(target, page.image(), result(answer));
        } catch (IOException | RuntimeException | Error e) { // errors: fonts and AWT load native libraries
            throw new NotDrawnException(e);
        }
    }

    private static <R> TaskResult result(Answer<R> answer) {
        Task<R> task = answer.task();
        return task.wrap(answer.result());
    }

    private static String stem(String file) {
        String name = new File(file).getName();
        int dot = name.lastIndexOf('.');
        return shortened(dot > 0 ? name.substring(0, dot) : name);
    }

    private static String shortened(String name) {
        int end = name.length();
        while (name.substring(0, end).getBytes(StandardCharsets.UTF_8).length > STEM_BYTES) {
            end = name.offsetByCodePoints(end, -1);
        }
        return name.substring(0, end);
    }
}
