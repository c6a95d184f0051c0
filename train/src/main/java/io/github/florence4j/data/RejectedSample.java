package io.github.florence4j.data;

/**
 * A record that cannot be used. It is reported and counted, and reading goes on.
 *
 * @param id what the data calls the record
 * @param reason why it was rejected, one clause for an end user
 */
public record RejectedSample(String id, String reason) implements Entry {}
