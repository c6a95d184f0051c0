package io.github.florence4j.hub;

import io.github.florence4j.hub.HubException.Reason;
import java.net.URI;
import java.net.http.HttpResponse;

/** The sentences for answers that do not bring what was asked for. */
final class HubRefusal {
    private HubRefusal() {}

    /** The hub's own answer with another status than 200. */
    static HubException of(HttpResponse<?> response, HubSettings settings, HubId id, String what) {
        int status = response.statusCode();
        URI hub = settings.endpoint();
        return switch (status) {
            case 401, 403 -> new HubException(Reason.DENIED, denied(status, settings, id));
            case 404 -> new HubException(Reason.NOT_FOUND, notFound(response, hub, id, what));
            case 429 ->
                new HubException(
                        Reason.UNREACHABLE,
                        "The hub at " + hub + " has had too many requests (status 429); try again in a few minutes.");
            default ->
                new HubException(
                        status == 408 || status >= 500 ? Reason.UNREACHABLE : Reason.UNEXPECTED,
                        "The hub at " + hub + " answered with status " + status + " when asked for " + what + ".");
        };
    }

    /** A storage host's refusal: its signed address may have run out, and asking the hub again gives a new one. */
    static HubException ofStorage(HttpResponse<?> response) {
        return new HubException(
                Reason.UNREACHABLE,
                "The server " + server(response.uri()) + " answered with status " + response.statusCode() + ".");
    }

    static HubException unreachable(URI address, String why, Throwable cause) {
        return new HubException(
                Reason.UNREACHABLE, "The server " + server(address) + " cannot be reached: " + why + ".", cause);
    }

    static HubException notAHub(URI address) {
        return new HubException(
                Reason.UNEXPECTED,
                "The answer from " + address + " is not one that a model hub gives; check HF_ENDPOINT and any proxy.");
    }

    static HubException oddRedirect(HttpResponse<?> response, String location, Exception cause) {
        return new HubException(
                Reason.UNEXPECTED,
                "The hub redirected " + response.uri() + " to '" + location + "', which is not an http address.",
                cause);
    }

    private static String denied(int status, HubSettings settings, HubId id) {
        URI hub = settings.endpoint();
        String refused = "The hub at " + hub + " refused access to " + id.repository() + " (status " + status + "): ";
        String terms = "accept the model's terms on " + hub + "/" + id.repository() + " if it has any, ";
        return settings.token().isEmpty()
                ? refused + "the name is wrong, or the repository is private or gated; check the name, " + terms
                        + "and set the environment variable HF_TOKEN to an access token (made on " + hub
                        + "/settings/tokens)."
                : refused + "the access token in use (HF_TOKEN or the token file) is not valid for it; " + terms
                        + "or set HF_TOKEN to another token.";
    }

    private static String notFound(HttpResponse<?> response, URI hub, HubId id, String what) {
        return switch (response.headers().firstValue("X-Error-Code").orElse("")) {
            case "RevisionNotFound" ->
                "The repository " + id.repository() + " on " + hub + " has no revision '" + id.revision() + "'.";
            case "RepoNotFound" -> "There is no model repository " + id.repository() + " on " + hub + ".";
            default -> "The hub at " + hub + " has no " + what + " (status 404).";
        };
    }

    private static String server(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }
}
