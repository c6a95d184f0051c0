package io.github.florence4j.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A second process: pulls {@code args[2]} from the endpoint {@code args[1]} into the cache {@code args[0]}. */
final class PullMain {
    private PullMain() {}

    public static void main(String[] args) throws Exception {
        HubSettings settings = new HubSettings(Path.of(args[0]), URI.create(args[1]), Optional.empty(), false);
        RetryPolicy policy = new RetryPolicy(2, Duration.ofMillis(10), Duration.ofSeconds(30));
        System.out.println(new HubClient(settings, policy).pull(HubId.parse(args[2]), DownloadListener.SILENT));
    }

    /** Starts a JVM that runs this class, with UTF-8 file names whatever the surrounding locale is. */
    static Process start(Path cache, URI endpoint, String id) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                PullMain.class.getName(),
                cache.toString(),
                endpoint.toString(),
                id);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        return builder.start();
    }
}
