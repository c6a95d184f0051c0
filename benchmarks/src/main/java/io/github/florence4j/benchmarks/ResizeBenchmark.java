package io.github.florence4j.benchmarks;

import io.github.florence4j.image.BicubicResize;
import io.github.florence4j.image.ImageProcessor;
import io.github.florence4j.image.ImageProcessorConfig;
import io.github.florence4j.image.RgbImage;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time that one core takes to resize a picture to 768x768 and to make pixel values of it.
 *
 * <p>Build with {@code mvn -B -q -pl benchmarks -am package}, put the classes and the dependencies of the module
 * ({@code mvn -pl benchmarks dependency:build-classpath}) on the class path and run
 * {@code taskset -c 0 java -cp ... org.openjdk.jmh.Main ResizeBenchmark}. The same with Pillow, on the same core:
 *
 * <pre>{@code
 * taskset -c 0 python -m timeit -s "import os; from PIL import Image;
 * image = Image.frombytes('RGB', (4000, 3000), os.urandom(36000000))" "image.resize((768, 768), 3)"
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ResizeBenchmark {
    /** The size of the source picture. */
    @Param({"4000x3000", "640x427"})
    public String size = "";

    private final ImageProcessor processor = new ImageProcessor(ImageProcessorConfig.FLORENCE_2);
    private RgbImage image = new RgbImage(1, 1, new byte[3]);

    /** Fills the source picture with noise. */
    @Setup
    public void fill() {
        String[] sides = size.split("x", -1);
        int width = Integer.parseInt(sides[0]);
        int height = Integer.parseInt(sides[1]);
        byte[] bytes = new byte[3 * width * height];
        new Random(1).nextBytes(bytes);
        image = new RgbImage(width, height, bytes);
    }

    /** Pillow's bicubic alone. */
    @Benchmark
    public RgbImage resize() {
        return BicubicResize.resize(image, 768, 768);
    }

    /** Resize, rescale and normalise to float32. */
    @Benchmark
    public float[] process() {
        return processor.process(image);
    }
}
