package io.github.florence4j.config;

/** Validation of configuration values: one sentence with what was found and what was expected. */
final class Checks {
    private Checks() {}

    static void require(boolean condition, String message, Object... args) {
        if (!condition) {
            throw new InvalidConfigException(String.format(message, args));
        }
    }

    static void positive(String field, int value) {
        require(value > 0, "%s is %d; expected a positive number", field, value);
    }
}
