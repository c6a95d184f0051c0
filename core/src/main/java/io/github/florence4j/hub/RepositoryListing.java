package io.github.florence4j.hub;

import java.util.Set;

/**
 * A repository at one commit.
 *
 * @param commit 40 hex digits
 * @param files names of all its files, as the hub gives them: not to be trusted as paths
 */
record RepositoryListing(String commit, Set<String> files) {
    RepositoryListing {
        files = Set.copyOf(files);
    }
}
