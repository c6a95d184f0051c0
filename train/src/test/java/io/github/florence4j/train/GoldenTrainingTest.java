package io.github.florence4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.testsupport.Fixtures;
import io.github.florence4j.torch.DType;
import io.github.florence4j.weights.Part;
import java.io.InputStream;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three AdamW steps against those of transformers 5.18 and PyTorch 2.13: in single precision (fixtures/generation.json,
 * "training") within 1e-3 relative, in double precision (tools/make_double_precision_training.py) within 1e-7.
 *
 * <p>Single precision does not determine the third gradient norm of the run that trains everything to 1e-3: in the
 * reference itself it is 2.8e-3 lower in double precision and 4.1e-3 lower with its other attention kernel. That one
 * figure is held to 5e-3 there, and to 1e-7 in double precision.
 *
 * <p>The gradient of a key bias is zero in exact arithmetic, as softmax ignores what is added to all its inputs: the
 * reference's 1e-10 to 1e-8 there is rounding, and only its smallness is compared.
 */
class GoldenTrainingTest {
    private static final double TOLERANCE = 1e-3;
    private static final double UNDETERMINED = 5e-3;
    private static final double DOUBLE_TOLERANCE = 1e-7;
    private static final double ROUNDING = 1e-7;

    @ParameterizedTest
    @ValueSource(strings = {"all", "vision_frozen"})
    void threeStepsGiveTheLossesAndGradientsOfTheReference(String run) throws Exception {
        JsonNode golden = Fixtures.json("generation.json").at("/training/" + run);
        assertSteps(run, golden, DType.FLOAT32, TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "vision_frozen"})
    void threeStepsInDoublePrecisionAgreeToSevenDigits(String run) throws Exception {
        try (InputStream json = getClass().getResourceAsStream("double-precision-training.json")) {
            assertSteps(run, new ObjectMapper().readTree(json).get(run), DType.FLOAT64, DOUBLE_TOLERANCE);
        }
    }

    private static void assertSteps(String run, JsonNode golden, DType dtype, double tolerance) throws Exception {
        Part[] frozen = run.equals("all") ? new Part[0] : new Part[] {Part.VISION_TOWER};
        try (TinyTraining tiny = TinyTraining.freezing(dtype, frozen);
                AdamW optimizer = new AdamW(tiny.weights().parameters(), AdamW.Options.DEFAULT);
                PointerScope scope = new PointerScope()) {
            TrainingStep step = new TrainingStep(tiny.network(), DType.FLOAT32, TrainingStep.CHUNK_ROWS);
            TrainingBatch batch = TinyTraining.golden(dtype);
            for (int i = 0; i < 3; i++) {
                tiny.gradients().clear();
                LossSum loss = step.accumulate(batch);
                double norm = tiny.gradients().normalize(loss.tokens(), 1.0);
                assertRelative("loss " + i, loss.mean(), golden.at("/losses/" + i), tolerance);
                boolean undetermined = run.equals("all") && dtype == DType.FLOAT32 && i == 2;
                assertRelative(
                        "gradient norm " + i,
                        norm,
                        golden.at("/grad_norm_before_clip/" + i),
                        undetermined ? UNDETERMINED : tolerance);
                if (i == 0 && golden.has("first_step_clipped_grad_norms")) {
                    assertNorms(tiny.gradients().norms(), golden.get("first_step_clipped_grad_norms"));
                }
                optimizer.step(1e-3);
            }
            assertRelative("last loss", step.evaluate(batch).mean(), golden.at("/losses/3"), tolerance);
        }
    }

    private static void assertNorms(Map<String, Double> norms, JsonNode golden) {
        assertThat(norms).hasSize(golden.size());
        norms.forEach((name, norm) -> {
            double expected = golden.get(name).asDouble();
            if (name.endsWith("k_proj.bias")) {
                assertThat(norm).as(name).isLessThan(ROUNDING);
                assertThat(expected).as(name).isLessThan(ROUNDING);
            } else {
                assertRelative(name, norm, golden.get(name), TOLERANCE);
            }
        });
    }

    private static void assertRelative(String what, double actual, JsonNode golden, double tolerance) {
        double expected = golden.asDouble();
        assertThat(Math.abs(actual - expected) / expected)
                .as("%s: %s instead of %s", what, actual, expected)
                .isLessThan(tolerance);
    }
}
