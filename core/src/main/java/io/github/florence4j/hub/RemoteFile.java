package io.github.florence4j.hub;

import io.github.florence4j.hub.HubException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What the hub says of a file before it is downloaded.
 *
 * @param name name in the repository
 * @param address where its bytes are asked for
 * @param etag name of its content: the SHA-256 (64 hex digits) of a large file, the git object id (40) of a small one
 * @param size bytes, or -1 if the hub does not say
 */
record RemoteFile(String name, URI address, String etag, long size) {
    static final long UNKNOWN = -1;

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern GIT_OBJECT = Pattern.compile("[0-9a-f]{40}");

    boolean hasSize() {
        return size != UNKNOWN;
    }

    /**
     * Compares a file's content with the ETag; an ETag of another form than the hub's says nothing and is let pass.
     *
     * @throws HubException if the content is other than the ETag says
     */
    void verify(Path file) throws IOException {
        MessageDigest digest;
        if (SHA256.matcher(etag).matches()) {
            digest = digest("SHA-256");
        } else if (GIT_OBJECT.matcher(etag).matches()) {
            digest = digest("SHA-1");
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        } else {
            return;
        }
        String found = hash(file, digest);
        if (!found.equals(etag)) {
            throw new HubException(
                    Reason.DAMAGED,
                    "The download of '" + name + "' is damaged and was deleted: its checksum is " + found
                            + ", the hub announced " + etag + "; try again.");
        }
    }

    private static String hash(Path file, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime lacks " + algorithm + ".", e);
        }
    }
}
