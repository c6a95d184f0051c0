package io.github.florence4j.testsupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The golden fixtures that the reference implementation made. A fixture that is not there fails the test that asks for it. */
public final class Fixtures {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Fixtures() {}

    /** The path of a fixture below the folder that the system property {@code florence4j.fixtures} names. */
    public static Path path(String relative) {
        String root = System.getProperty("florence4j.fixtures");
        if (root == null) {
            throw new AssertionError("system property florence4j.fixtures is not set: run the tests through Maven");
        }
        Path path = Path.of(root).resolve(relative).normalize();
        if (!Files.exists(path)) {
            throw new AssertionError("fixture not found: " + path);
        }
        return path;
    }

    /** The JSON fixture as a tree. */
    public static JsonNode json(String relative) {
        try {
            return JSON.readTree(path(relative).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
