package io.github.florence4j.hub;

import java.util.regex.Pattern;

/**
 * The name of a model repository at a revision, {@code owner/name[@revision]}.
 *
 * <p>The rules for names are those of {@code huggingface_hub.utils.validate_repo_id}, but an owner is required.
 *
 * @param owner user or organisation, 1 to 96 ASCII letters, digits, {@code - _ .}
 * @param name repository, same alphabet
 * @param revision branch, tag, pull request ({@code refs/pr/1}) or commit hash
 */
public record HubId(String owner, String name, String revision) {
    /** The revision that an id without {@code @revision} means. */
    public static final String DEFAULT_REVISION = "main";

    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern NOT_IN_REVISION =
            Pattern.compile("[\\p{Cntrl}\\s\\\\~^:?*\\[]|\\.\\.|//|^/|/$|^\\.|/\\.");

    /**
     * Checks the three parts.
     *
     * @throws IllegalArgumentException if a part is not one that the hub allows
     */
    public HubId {
        requireSegment("owner", owner);
        requireSegment("name", name);
        if (name.endsWith(".git")) {
            throw new IllegalArgumentException("The repository name '" + name + "' must not end with '.git'.");
        }
        if (revision.isEmpty() || NOT_IN_REVISION.matcher(revision).find()) {
            throw new IllegalArgumentException(
                    "'" + revision + "' is not a revision; expected a branch, a tag or a commit hash.");
        }
    }

    /**
     * Reads {@code owner/name} or {@code owner/name@revision}.
     *
     * @throws IllegalArgumentException with one sentence if the text has another form
     */
    public static HubId parse(String text) {
        int at = text.indexOf('@');
        String repository = at < 0 ? text : text.substring(0, at);
        String revision = at < 0 ? DEFAULT_REVISION : text.substring(at + 1);
        int slash = repository.indexOf('/');
        if (slash < 0 || slash != repository.lastIndexOf('/')) {
            throw new IllegalArgumentException("'" + text
                    + "' is not a hub id; expected owner/name or owner/name@revision,"
                    + " such as microsoft/Florence-2-base@main.");
        }
        return new HubId(repository.substring(0, slash), repository.substring(slash + 1), revision);
    }

    /** Whether {@link #parse} would accept the text; it says nothing about the repository's existence. */
    public static boolean looksLikeHubId(String text) {
        try {
            parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The id without its revision, {@code owner/name}. */
    public String repository() {
        return owner + "/" + name;
    }

    /** Whether the revision is a full commit hash, whose content never changes. */
    public boolean isCommit() {
        return isCommitHash(revision);
    }

    static boolean isCommitHash(String text) {
        return COMMIT.matcher(text).matches();
    }

    @Override
    public String toString() {
        return repository() + "@" + revision;
    }

    private static void requireSegment(String what, String value) {
        if (!SEGMENT.matcher(value).matches() || value.contains("--") || value.contains("..")) {
            throw new IllegalArgumentException("'" + value + "' is not a hub " + what
                    + "; expected 1 to 96 letters, digits, '-', '_' or '.', with a letter or digit at either end and"
                    + " neither '--' nor '..' inside.");
        }
    }
}
