package io.github.florence4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HubIdTest {
    @Test
    void readsOwnerNameAndRevision() {
        assertThat(HubId.parse("microsoft/Florence-2-base"))
                .isEqualTo(new HubId("microsoft", "Florence-2-base", "main"));
        assertThat(HubId.parse("a/b@refs/pr/6").revision()).isEqualTo("refs/pr/6");
        assertThat(HubId.parse("a/b_c.d@v1.0")).hasToString("a/b_c.d@v1.0");
        assertThat(HubId.parse("a/b@" + FakeHub.COMMIT).isCommit()).isTrue();
    }

    @Test
    void refusesWhatIsNoHubId() {
        Stream.of(
                        "",
                        "florence",
                        "a/b/c",
                        "./a",
                        "../a",
                        "a/..",
                        "/a/b",
                        "a/",
                        "/b",
                        "a/b@",
                        "a/b@../x",
                        "a/b@/x",
                        "a/b@x/",
                        "a/b@x y",
                        "a/b@x\\y",
                        "a--b/c",
                        "a/b..c",
                        "a/-b",
                        "a/b.",
                        "a/b.git",
                        "~/models",
                        "é/b",
                        "C:\\models/x",
                        "a/" + "b".repeat(97),
                        "a/b@x//y",
                        "a/b@.x",
                        "a/b@x/.y",
                        "a/b@x\u0000")
                .forEach(text -> {
                    assertThat(HubId.looksLikeHubId(text)).as(text).isFalse();
                    assertThatThrownBy(() -> HubId.parse(text))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageEndingWith(".");
                });
        assertThatThrownBy(() -> HubId.parse("florence"))
                .hasMessage("'florence' is not a hub id; expected owner/name or owner/name@revision,"
                        + " such as microsoft/Florence-2-base@main.");
    }
}
