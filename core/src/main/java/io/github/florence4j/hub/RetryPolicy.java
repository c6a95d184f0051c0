package io.github.florence4j.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * How often a request that failed is tried again, and how long to wait for a server that is silent.
 *
 * @param attempts tries in a row that bring no new byte before giving up, at least 1
 * @param firstPause wait before the second try; it doubles with every further one, up to 10 seconds
 * @param idleTimeout longest silence of a server, before its answer or within it
 */
public record RetryPolicy(int attempts, Duration firstPause, Duration idleTimeout) {
    /** 5 tries, half a second before the second, 30 seconds of silence. */
    public static final RetryPolicy STANDARD = new RetryPolicy(5, Duration.ofMillis(500), Duration.ofSeconds(30));

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if there is less than one attempt, a negative pause, or no time to answer
     */
    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts is " + attempts + "; expected at least 1.");
        }
        if (firstPause.isNegative() || idleTimeout.isNegative() || idleTimeout.isZero()) {
            throw new IllegalArgumentException("firstPause is " + firstPause + " and idleTimeout " + idleTimeout
                    + "; expected a pause of 0 or more and a timeout above 0.");
        }
    }

    /** The same policy with one single try. */
    RetryPolicy once() {
        return new RetryPolicy(1, firstPause, idleTimeout);
    }

    /** Runs a request, again if it fails with {@link HubException.Reason#UNREACHABLE}. */
    <T> T retrying(Request<T> request) throws IOException {
        for (int failures = 1; ; failures++) {
            try {
                return request.send();
            } catch (HubException e) {
                if (e.reason() != HubException.Reason.UNREACHABLE || failures >= attempts) {
                    throw e;
                }
                pauseAfter(failures);
            }
        }
    }

    /** Sleeps as long as the given number of failures in a row asks for. */
    void pauseAfter(int failures) throws IOException {
        Duration pause = firstPause.multipliedBy(1L << Math.min(failures - 1, 20));
        try {
            Thread.sleep((pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting to ask the hub again.");
        }
    }

    /** Something to send, which may be sent again. */
    @FunctionalInterface
    interface Request<T> {
        T send() throws IOException;
    }
}
