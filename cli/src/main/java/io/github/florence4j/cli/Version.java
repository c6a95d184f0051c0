package io.github.florence4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The versions of this program, of libtorch and of Java, as the build wrote them down. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        Properties built = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/florence4j.properties")) {
            built.load(in);
        }
        return new String[] {
            "florence4j " + built.getProperty("version"),
            "libtorch presets " + built.getProperty("pytorch"),
            "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}
