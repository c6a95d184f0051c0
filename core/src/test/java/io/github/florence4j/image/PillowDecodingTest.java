package io.github.florence4j.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PillowDecodingTest {
    @Test
    void probe() throws Exception {
        JsonNode cases = new ObjectMapper().readTree(bytes("expected.json")).get("cases");
        for (JsonNode c : cases) {
            String name = c.get("image").asText();
            String say;
            try {
                RgbImage image = new ImageDecoder().decode(bytes(name), name);
                JsonNode e = c.get("pages").get(0);
                say = (image.width() == e.get("size").get(0).asInt()) + " "
                        + e.get("sha256").asText().equals(sha(image));
            } catch (IOException e) {
                say = e.toString();
            }
            System.out.println("PROBE " + name + " " + say);
            java.nio.file.Path p = java.nio.file.Path.of("/tmp/probe/" + name + ".raw");
            try {
                java.nio.file.Files.write(
                        p, new ImageDecoder().decode(bytes(name), name).bytes());
            } catch (IOException e) {
            }
        }
    }

    static byte[] bytes(String name) throws IOException {
        try (InputStream in = PillowDecodingTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    static String sha(RgbImage i) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(i.bytes()));
    }
}
