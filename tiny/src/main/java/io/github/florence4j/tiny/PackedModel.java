package io.github.florence4j.tiny;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A model folder in resources, with a file {@value #SUMS} of its files' SHA-256, as {@code sha256sum} writes it. */
final class PackedModel {
    /** The file that names the others. */
    static final String SUMS = "SHA256SUMS";

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) [ *]([A-Za-z0-9][A-Za-z0-9._-]*)");
    private static final int SHOWN_DIGITS = 12;

    /** Opens the resources by name. */
    @FunctionalInterface
    interface Resources {
        @Nullable
        InputStream open(String name);
    }

    private final Resources resources;
    private final String version;
    private final Map<String, String> sums;

    private PackedModel(Resources resources, String version, Map<String, String> sums) {
        this.resources = resources;
        this.version = version;
        this.sums = sums;
    }

    /**
     * Reads what there is.
     *
     * @throws IOException if there is no model among the resources
     */
    static PackedModel read(Resources resources) throws IOException {
        try (InputStream list = resources.open(SUMS)) {
            if (list == null) {
                throw new IOException("this build of florence4j-tiny holds no weights; expected a published build, or"
                        + " weights packed by tools/pack_tiny_model.sh");
            }
            byte[] text = list.readAllBytes();
            Map<String, String> sums = new LinkedHashMap<>();
            for (String line : new String(text, StandardCharsets.UTF_8).lines().toList()) {
                Matcher matcher = LINE.matcher(line);
                if (!matcher.matches()) {
                    throw new IOException(SUMS + " of the small model has the line '" + line
                            + "'; expected a SHA-256 and a file name");
                }
                sums.put(matcher.group(2), matcher.group(1));
            }
            String version = HexFormat.of().formatHex(sha256().digest(text)).substring(0, SHOWN_DIGITS);
            return new PackedModel(resources, version, Collections.unmodifiableMap(sums));
        }
    }

    /**
     * Lays the files out in a folder of their own version. Files that are there and right are left as they are; each other
     * one appears whole or not at all, also where several processes do this at once.
     *
     * @return the folder
     */
    Path layOut(Path cache) throws IOException {
        Path folder = cache.resolve(TinyModel.NAME + "-" + version);
        Files.createDirectories(folder);
        for (Map.Entry<String, String> file : sums.entrySet()) {
            Path target = folder.resolve(file.getKey());
            if (!Files.isRegularFile(target) || !sum(target).equals(file.getValue())) {
                unpack(file.getKey(), file.getValue(), target);
            }
        }
        return folder;
    }

    private void unpack(String name, String expected, Path target) throws IOException {
        Path beside = target.resolveSibling(name + "." + UUID.randomUUID() + ".part");
        MessageDigest digest = sha256();
        try (InputStream packed = resources.open(name)) {
            if (packed == null) {
                throw new IOException("the small model is damaged: " + name + " is missing in florence4j-tiny");
            }
            Files.copy(new DigestInputStream(packed, digest), beside);
            if (!HexFormat.of().formatHex(digest.digest()).equals(expected)) {
                throw new IOException(
                        "the small model is damaged: " + name + " has another SHA-256 than " + SUMS + " says");
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static String sum(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream content = new DigestInputStream(Files.newInputStream(file), digest)) {
            content.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
