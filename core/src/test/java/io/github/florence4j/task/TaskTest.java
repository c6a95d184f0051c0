package io.github.florence4j.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Detections;
import io.github.florence4j.result.Text;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskTest {

    @Test
    void isFoundByAnyOfItsNames() {
        for (String name :
                List.of("<OD>", "OD", "od", "<od>", "object-detection", "OBJECT_DETECTION", " Object Detection ")) {
            assertThat(Task.parse(name)).isSameAs(Task.OBJECT_DETECTION);
        }
        for (Task<?> task : Task.values()) {
            assertThat(Task.parse(task.token())).isSameAs(task);
            assertThat(Task.parse(task.name())).isSameAs(task);
            assertThat(Task.parse(task.commandName())).isSameAs(task);
        }
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> Task.parse("<OCR_WITH_REGIONS>"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "unknown task '<OCR_WITH_REGIONS>': did you mean <OCR_WITH_REGION>? Known tasks: <CAPTION>, ")
                .hasMessageContaining("<REGION_TO_OCR>");
        assertThatThrownBy(() -> Task.parse("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hasFifteenTasksWithDistinctTokensAndADescription() {
        assertThat(Task.values()).hasSize(15).doesNotHaveDuplicates();
        assertThat(Task.values().stream().map(Task::token)).doesNotHaveDuplicates();
        assertThat(Task.values()).allMatch(task -> !task.description().isBlank());
    }

    @Test
    void givesItsOwnTypeOfAnswer() {
        Detections none = new Detections(List.of());
        assertThat(Task.OBJECT_DETECTION.resultOf(none)).isSameAs(none);
        assertThat(Task.CAPTION.resultOf(new Text("a"))).isEqualTo("a");
        assertThat(Task.CAPTION.wrap("a")).isEqualTo(new Text("a"));
        assertThatThrownBy(() -> Task.OBJECT_DETECTION.resultOf(new Text("a"))).isInstanceOf(ClassCastException.class);
    }

    @Test
    void customTasksAreEqualByTheirToken() {
        assertThat(Task.custom("<VQA>")).isEqualTo(Task.custom("<VQA>")).isNotEqualTo(Task.custom("<DocVQA>"));
        assertThat(Task.custom("<OD>")).isNotEqualTo(Task.OBJECT_DETECTION);
    }

    @Test
    void readsRegionsInThreeForms() {
        assertThat(Region.parse(" 10, 20.5,300,400 ")).isEqualTo(Region.pixels(10, 20.5, 300, 400));
        assertThat(Region.parse("norm:0.1,0.2,0.5,0.9")).isEqualTo(Region.normalized(0.1, 0.2, 0.5, 0.9));
        assertThat(Region.parse("<loc_1><loc_2><loc_3><loc_4>")).isEqualTo(Region.bins(1, 2, 3, 4));
        assertThat(Region.of(new Box(5, 6, 1, 2))).isEqualTo(Region.pixels(1, 2, 5, 6));
    }

    @Test
    void movesRegionsOntoTheImage() {
        assertThat(Region.pixels(-5, -5, 9999, 9999).toLocTokens(640, 480))
                .isEqualTo("<loc_0><loc_0><loc_999><loc_999>");
        assertThat(Region.pixels(500, 550, 600, 690).toLocTokens(800, 1200))
                .isEqualTo("<loc_625><loc_458><loc_750><loc_575>");
    }

    @Test
    void refusesRegionsInOneClearSentence() {
        assertThatThrownBy(() -> Region.parse("300,20,10,400"))
                .hasMessage("a region is x1,y1,x2,y2 with x1 <= x2 and y1 <= y2, found 300.0,20.0,10.0,400.0");
        assertThatThrownBy(() -> Region.parse("norm:0,0,10,10")).hasMessageContaining("must lie within 0..1");
        assertThatThrownBy(() -> Region.parse("<loc_0><loc_0><loc_9><loc_1000>"))
                .hasMessageContaining("<loc_999>");
        for (String wrong : List.of("", "1,2,3", "1,2,3,x", "<loc_1><loc_2>", "<loc_1>x", "<loc_1", "<loc_><loc_1>")) {
            assertThatThrownBy(() -> Region.parse(wrong)).hasMessageStartingWith("cannot read the region '" + wrong);
        }
        assertThatThrownBy(() -> Region.parse("NaN,0,1,1")).hasMessageContaining("needs four numbers");
    }

    @Test
    void readsProfilesInAnyCase() {
        assertThat(Profile.of("Microsoft")).isEqualTo(Profile.MICROSOFT);
        assertThatThrownBy(() -> Profile.of("ms"))
                .hasMessage("unknown profile 'ms': expected florence4j, transformers or microsoft");
    }
}
