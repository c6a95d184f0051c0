package io.github.florence4j.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the hub and its cache are, and how to speak to it.
 *
 * @param cache root of the cache, the folder that holds {@code models--owner--name}
 * @param endpoint http or https address of the hub, without a slash at its end
 * @param token access token, sent to the endpoint's own host and to no other
 * @param offline whether only the cache may be used
 */
public record HubSettings(Path cache, URI endpoint, Optional<String> token, boolean offline) {
    private static final String PUBLIC_HUB = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{([^}]*)}|(\\w+))");

    /**
     * Checks the endpoint and the token's characters.
     *
     * @throws IllegalArgumentException if the endpoint is no http(s) address or the token cannot stand in a header
     */
    public HubSettings {
        String scheme = endpoint.getScheme();
        if (endpoint.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new IllegalArgumentException(
                    "The hub endpoint '" + endpoint + "' is not an address such as " + PUBLIC_HUB + ".");
        }
        endpoint = URI.create(endpoint.toString().replaceAll("/+$", ""));
        token.ifPresent(HubSettings::requireHeaderText);
    }

    /** The settings that this process's environment gives. */
    public static HubSettings fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    /**
     * The settings that an environment gives, by the rules of {@code huggingface_hub.constants}: {@code HF_HUB_CACHE},
     * else {@code HF_HOME/hub}, else {@code XDG_CACHE_HOME/huggingface/hub}, else {@code ~/.cache/huggingface/hub};
     * {@code HF_ENDPOINT}; {@code HF_TOKEN}, else the file {@code HF_TOKEN_PATH} or {@code HF_HOME/token};
     * {@code HF_HUB_OFFLINE}. A variable that is empty counts as not set.
     *
     * @throws IllegalArgumentException if {@code HF_ENDPOINT} is no http(s) address or the token holds odd characters
     */
    public static HubSettings fromEnvironment(Map<String, String> environment) {
        Environment env = new Environment(environment);
        Path cacheHome = env.path("XDG_CACHE_HOME").orElseGet(() -> env.home().resolve(".cache"));
        Path hubHome = env.path("HF_HOME").orElseGet(() -> cacheHome.resolve("huggingface"));
        Path cache = env.path("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").orElseGet(() -> hubHome.resolve("hub"));
        Path tokenFile = env.path("HF_TOKEN_PATH").orElseGet(() -> hubHome.resolve("token"));
        Optional<String> token = env.text("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN").or(() -> readToken(tokenFile));
        boolean offline = env.text("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
                .filter(value -> TRUE.contains(value.toUpperCase(Locale.ROOT)))
                .isPresent();
        return new HubSettings(cache, URI.create(env.text("HF_ENDPOINT").orElse(PUBLIC_HUB)), token, offline);
    }

    /** The settings without the token's text, which belongs in no log. */
    @Override
    public String toString() {
        return "HubSettings[cache=" + cache + ", endpoint=" + endpoint + ", token="
                + (token.isPresent() ? "(set)" : "(none)") + ", offline=" + offline + "]";
    }

    private static Optional<String> readToken(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
        } catch (IOException e) {
            throw new IllegalArgumentException("The hub token file '" + file + "' cannot be read: " + e + ".", e);
        }
    }

    private static void requireHeaderText(String token) {
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "The hub token (HF_TOKEN or the token file) holds a blank or a character outside ASCII;"
                            + " expected text such as hf_... on one line.");
        }
    }

    /** Look-ups in an environment, with {@code ~} and {@code $NAME} in paths replaced as Python's library does. */
    private record Environment(Map<String, String> variables) {
        Optional<String> text(String... names) {
            return Stream.of(names)
                    .map(variables::get)
                    .filter(Objects::nonNull)
                    .map(String::strip)
                    .filter(value -> !value.isEmpty())
                    .findFirst();
        }

        Optional<Path> path(String... names) {
            return text(names).map(this::expand).map(Path::of);
        }

        Path home() {
            return Path.of(text("HOME", "USERPROFILE").orElseGet(() -> System.getProperty("user.home", ".")));
        }

        private String expand(String value) {
            String fromHome = value.equals("~") || value.startsWith("~/") ? home() + value.substring(1) : value;
            return VARIABLE.matcher(fromHome).replaceAll(match -> {
                String name = match.group(1) != null ? match.group(1) : match.group(2);
                return Matcher.quoteReplacement(variables.getOrDefault(name, match.group()));
            });
        }
    }
}
