package io.github.florence4j.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.hub.HubException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The hub's protocol: one method per question, redirects followed by hand so that the token stays with the hub. */
final class HubHttp {
    private static final int MAX_REDIRECTS = 10;
    private static final int MAX_LISTING_BYTES = 32 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HubSettings settings;
    private final Duration idleTimeout;
    private final HttpClient client;

    HubHttp(HubSettings settings, Duration idleTimeout) {
        this.settings = settings;
        this.idleTimeout = idleTimeout;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(idleTimeout)
                .build();
    }

    /** Asks which commit a revision stands for and which files it has. */
    RepositoryListing listing(HubId id) throws IOException {
        URI address = address("/api/models/" + id.repository() + "/revision/" + encode(id.revision()));
        HttpResponse<InputStream> response = last(follow("GET", address, 0, false));
        byte[] body = readAll(response);
        requireOk(response, id, id.toString());
        try {
            JsonNode json = JSON.readTree(body);
            String commit = json.path("sha").asText();
            if (!HubId.isCommitHash(commit) || !json.path("siblings").isArray()) {
                throw HubRefusal.notAHub(address);
            }
            Set<String> files = new HashSet<>();
            json.path("siblings")
                    .forEach(file -> files.add(file.path("rfilename").asText()));
            return new RepositoryListing(commit, files);
        } catch (JsonProcessingException e) {
            throw HubRefusal.notAHub(address);
        }
    }

    /** Asks for a file's size and ETag at a commit. */
    RemoteFile describe(HubId id, String commit, String file) throws IOException {
        String path = Stream.of(file.split("/")).map(HubHttp::encode).collect(Collectors.joining("/"));
        URI address = address("/" + id.repository() + "/resolve/" + commit + "/" + path);
        List<HttpResponse<InputStream>> hops = follow("HEAD", address, 0, true);
        HttpResponse<InputStream> last = last(hops);
        if (redirect(last).isEmpty()) {
            requireOk(last, id, file + " of " + id);
        }
        String etag = firstHeader(hops, "X-Linked-Etag")
                .or(() -> last.headers().firstValue("ETag"))
                .map(HubHttp::unquote)
                .orElseThrow(() -> HubRefusal.notAHub(address));
        return new RemoteFile(file, address, etag, size(hops));
    }

    /** Asks for a file's bytes from an offset on; the answer's status is 200, 206 or 416. */
    HttpResponse<InputStream> open(HubId id, RemoteFile file, long from) throws IOException {
        HttpResponse<InputStream> response = last(follow("GET", file.address(), from, false));
        if (response.statusCode() != 206 && response.statusCode() != 416) {
            try {
                requireOk(response, id, file.name() + " of " + id);
            } catch (HubException e) {
                response.body().close();
                throw e;
            }
        }
        return response;
    }

    /** All answers on the way from an address to the last redirect, or to the first that leaves the hub with an ETag. */
    private List<HttpResponse<InputStream>> follow(String method, URI start, long from, boolean stayOnHub)
            throws IOException {
        List<HttpResponse<InputStream>> hops = new ArrayList<>();
        URI address = start;
        while (hops.size() <= MAX_REDIRECTS) {
            HttpResponse<InputStream> response = send(method, address, from);
            hops.add(response);
            Optional<URI> next = redirect(response);
            if (next.isEmpty() || (stayOnHub && !isHub(next.get()) && hasEtag(response))) {
                return hops;
            }
            response.body().close();
            address = next.get();
        }
        throw new HubException(
                Reason.UNEXPECTED, "The hub redirected " + start + " more than " + MAX_REDIRECTS + " times.");
    }

    private HttpResponse<InputStream> send(String method, URI address, long from) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("User-Agent", "florence4j")
                .header("Accept-Encoding", "identity");
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        if (isHub(address)) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        // The request's own timeout would, from JDK 26 on, also limit the time that the body takes.
        CompletableFuture<HttpResponse<InputStream>> answer =
                client.sendAsync(request.build(), info -> BodySubscribers.ofInputStream());
        try {
            return answer.get(idleTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while asking the hub.");
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw HubRefusal.unreachable(address, "no answer within " + idleTimeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw HubRefusal.unreachable(address, why(cause), cause);
        }
    }

    private static String why(Throwable failure) {
        if (failure.getCause() instanceof UnresolvedAddressException) {
            return "its name is not known";
        }
        String text = failure.getMessage();
        return text != null ? text : failure instanceof ConnectException ? "connection refused" : failure.toString();
    }

    private byte[] readAll(HttpResponse<InputStream> response) throws IOException {
        try (IdleGuard guard = new IdleGuard(response.body(), idleTimeout)) {
            byte[] body = response.body().readNBytes(MAX_LISTING_BYTES);
            guard.signOfLife();
            return body;
        } catch (IOException e) {
            throw HubRefusal.unreachable(response.uri(), "the answer broke off", e);
        }
    }

    private Optional<URI> redirect(HttpResponse<?> response) throws HubException {
        boolean redirected = Set.of(301, 302, 303, 307, 308).contains(response.statusCode());
        Optional<String> location = response.headers().firstValue("Location").filter(text -> redirected);
        if (location.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI target = response.uri().resolve(location.get());
            if (target.getHost() != null && Set.of("http", "https").contains(scheme(target))) {
                return Optional.of(target);
            }
        } catch (IllegalArgumentException e) {
            throw HubRefusal.oddRedirect(response, location.get(), e);
        }
        throw HubRefusal.oddRedirect(response, location.get(), new IllegalArgumentException("no http address"));
    }

    /** Whether an address belongs to the endpoint: same scheme, host and port. */
    private boolean isHub(URI address) {
        URI hub = settings.endpoint();
        return scheme(hub).equals(scheme(address))
                && hub.getHost().equalsIgnoreCase(address.getHost())
                && port(hub) == port(address);
    }

    private void requireOk(HttpResponse<?> response, HubId id, String what) throws HubException {
        if (response.statusCode() != 200) {
            throw isHub(response.uri()) ? HubRefusal.of(response, settings, id, what) : HubRefusal.ofStorage(response);
        }
    }

    private static long size(List<HttpResponse<InputStream>> hops) {
        HttpResponse<InputStream> last = last(hops);
        OptionalLong linked = hops.stream()
                .flatMapToLong(hop -> number(hop, "X-Linked-Size").stream())
                .findFirst();
        if (linked.isPresent()) {
            return linked.getAsLong();
        }
        return last.statusCode() == 200
                ? number(last, "Content-Length").orElse(RemoteFile.UNKNOWN)
                : RemoteFile.UNKNOWN;
    }

    /** A header's whole number of 0 or more, if it has one. */
    static OptionalLong number(HttpResponse<?> response, String header) {
        Optional<String> text = response.headers().firstValue(header).filter(value -> value.matches("\\d{1,18}"));
        return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
    }

    private static Optional<String> firstHeader(List<HttpResponse<InputStream>> hops, String name) {
        return hops.stream()
                .flatMap(hop -> hop.headers().firstValue(name).stream())
                .findFirst();
    }

    private static boolean hasEtag(HttpResponse<?> response) {
        return response.headers().firstValue("X-Linked-Etag").isPresent()
                || response.headers().firstValue("ETag").isPresent();
    }

    private URI address(String path) {
        return URI.create(settings.endpoint() + path);
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }

    private static String unquote(String etag) {
        String strong = etag.startsWith("W/") ? etag.substring(2) : etag;
        return strong.replace("\"", "");
    }

    private static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String scheme(URI address) {
        return String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
    }

    private static int port(URI address) {
        if (address.getPort() >= 0) {
            return address.getPort();
        }
        return scheme(address).equals("https") ? 443 : 80;
    }
}
