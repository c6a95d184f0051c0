package io.github.florence4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.florence4j.result.Box;
import io.github.florence4j.result.Point;
import io.github.florence4j.result.Quad;
import io.github.florence4j.result.Ring;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compared with the values of specification 7.1. */
class LocationQuantizerTest {
    private final LocationQuantizer tall = new LocationQuantizer(800, 1200);

    @Test
    void quantizesTheExamplesOfTheSpecification() {
        assertThat(tall.quantizeX(30)).isEqualTo(37);
        assertThat(tall.quantizeX(750)).isEqualTo(937);
        assertThat(tall.quantizeX(851)).isEqualTo(999);
        assertThat(tall.quantizeX(-1)).isZero();
        assertThat(tall.quantizeY(40)).isEqualTo(33);
        assertThat(tall.quantizeY(1121)).isEqualTo(934);
        assertThat(tall.quantizeY(1239)).isEqualTo(999);
        assertThat(tall.quantize(new Box(500, 550, 600, 690))).containsExactly(625, 458, 750, 575);
    }

    @Test
    void dequantizesInFloat() {
        assertThat((double) new LocationQuantizer(640, 480).dequantizeX(52)).isEqualTo(33.599998474121094);
        assertThat((double) new LocationQuantizer(1300, 876).dequantizeX(533)).isEqualTo(693.5499877929688);
        assertThat(new LocationQuantizer(1000, 1000).dequantizeY(1200)).isEqualTo(1200.5f);
    }

    @Test
    void findsEveryBinAgainFromItsCentre() {
        for (int size : new int[] {1, 7, 333, 640, 1300, 4000}) {
            LocationQuantizer quantizer = new LocationQuantizer(size, size);
            for (int bin = 0; bin < LocationQuantizer.BINS; bin++) {
                assertThat(quantizer.quantizeX(quantizer.dequantizeX(bin))).isEqualTo(bin);
            }
        }
    }

    /** 600 of 1,200 is bin 499: torch divides in float too, and 1.2 is a little more there. */
    @Test
    void quantizesQuadsAndRingsPointByPoint() {
        Point a = new Point(0, 0);
        Point b = new Point(400, 600);
        assertThat(tall.quantize(new Quad(a, b, a, b))).containsExactly(0, 0, 500, 499, 0, 0, 500, 499);
        assertThat(tall.quantize(new Ring(List.of(b)))).containsExactly(500, 499);
        assertThat(LocationQuantizer.tokens(0, 999)).isEqualTo("<loc_0><loc_999>");
    }

    @Test
    void refusesAnEmptyImage() {
        assertThatThrownBy(() -> new LocationQuantizer(0, 5))
                .hasMessage("the image size must be at least 1 x 1, found 0 x 5");
    }
}
