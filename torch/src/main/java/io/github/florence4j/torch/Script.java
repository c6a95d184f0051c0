package io.github.florence4j.torch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.GraphExecutor;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Method;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ExecutorExecutionMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chain of operators in libtorch's own language, TorchScript, as one call. Where operators are short, calling each from
 * Java takes longer than what it computes.
 *
 * <p>It has no state: any number of threads may call it at once. Its handles belong to the scope that was open when it was
 * compiled; where none was, they are freed when nothing refers to it any more.
 */
public final class Script {
    private static final Logger LOG = LoggerFactory.getLogger(Script.class);

    /** Collects lines and the weights that they refer to. */
    public static final class Builder {
        private final StringBuilder lines = new StringBuilder();
        private final List<Tensor> tensors = new ArrayList<>();
        private final List<IValue> packed = new ArrayList<>();

        /** The expression for a tensor that is the same in every call. */
        public String tensor(Tensor tensor) {
            tensors.add(tensor);
            return "tensors[" + (tensors.size() - 1) + "]";
        }

        /** The expression for weights of a linear layer that an operator such as {@code quantized::linear_prepack} packed. */
        public String packed(IValue weights) {
            packed.add(weights);
            return "packed[" + (packed.size() - 1) + "]";
        }

        /** The expression for an empty list of optional numbers, which some operators want for an activation without any. */
        public String noScalars() {
            return "none";
        }

        /**
         * Adds a statement. Operators of {@code aten} are functions of {@code torch}, all others of {@code ops} and their
         * namespace; types of numbers are the values of {@code ScalarType}.
         */
        public Builder line(String statement) {
            lines.append("    ").append(statement).append('\n');
            return this;
        }

        /**
         * Compiles the lines.
         *
         * @param parameters what is given with each call, such as {@code x: Tensor, keys: List[Tensor]}
         * @param result the expression for the tensor that a call gives
         * @throws IllegalStateException when the lines cannot be compiled
         * @throws UncheckedIOException when no temporary file can be written, through which they go
         */
        public Script compile(String parameters, String result) {
            String source =
                    "class Script(Module):\n  def run(self: __torch__.Script, tensors: List[Tensor], packed: List["
                            + PACKED
                            + "], none: List[Optional[number]], " + parameters + ") -> Tensor:\n" + lines
                            + "    return " + result
                            + "\n";
            return new Script(source, tensors, packed);
        }
    }

    private static final String REASON = "Error: ";

    private static final String PACKED = "__torch__.torch.classes.quantized.LinearPackedParamsBase";

    private final GraphExecutor executor;
    private final List<IValue> fixed; // the object itself, then what its lines refer to

    private Script(String source, List<Tensor> tensors, List<IValue> packed) {
        JitModule module = compiled(source);
        Method run = module.get_method("run");
        this.executor = new GraphExecutor(run.graph(), "run", ExecutorExecutionMode.SIMPLE.value);
        GenericList constants = new GenericList(new TensorList().elementType());
        tensors.forEach(tensor -> constants.push_back(new IValue(tensor)));
        GenericList weights = new GenericList(packedType());
        packed.forEach(weights::push_back);
        try (IValue none = Operators.noScalars()) {
            this.fixed =
                    List.of(new IValue(module._ivalue()), new IValue(constants), new IValue(weights), new IValue(none));
        }
    }

    private static Type.TypePtr packedType() {
        return Dispatcher.singleton()
                .findSchemaOrThrow("quantized::linear_dynamic", "")
                .schema()
                .arguments()
                .getPointer(1)
                .type();
    }

    /**
     * Calls it; the result belongs to the caller's scope.
     *
     * @param arguments as those of {@link Operators#call}
     * @throws RuntimeException when an operator refuses them, with its message alone
     */
    public Tensor call(@Nullable Object... arguments) {
        return Scopes.keep(() -> {
            IValueVector stack = new IValueVector();
            fixed.forEach(stack::push_back);
            for (Object argument : arguments) {
                stack.push_back(Operators.value(argument));
            }
            run(stack);
            return new Tensor(stack.get(0).toTensor()); // toTensor() alone is a reference into the stack
        });
    }

    /** The interpreter's message begins with where in the program it was; what went wrong comes last. */
    private void run(IValueVector stack) {
        try {
            executor.run(stack);
        } catch (RuntimeException e) {
            String message = String.valueOf(e.getMessage());
            int reason = message.lastIndexOf(REASON);
            throw reason < 0 ? e : new RuntimeException(message.substring(reason + REASON.length()), e);
        }
    }

    /** Only a program in a file may use operators of all namespaces, so it is written into one. */
    private static JitModule compiled(String source) {
        try {
            Path file = Files.createTempFile("florence4j", ".pt");
            try {
                try (OutputStream out = Files.newOutputStream(file)) {
                    write(source, out);
                }
                return torch.import_ir_module(new CompilationUnit(), file.toString());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            LOG.debug("libtorch cannot compile this:\n{}", source);
            String reason = String.valueOf(e.getMessage())
                    .lines()
                    .filter(line -> !line.isBlank())
                    .findFirst()
                    .orElse("");
            throw new IllegalStateException("libtorch cannot read or compile a program: " + reason, e);
        }
    }

    /** The files of a module that has one method and no state (the layout of {@code torch.jit.save}). */
    private static void write(String source, OutputStream out) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            entry(zip, "data.pkl", "\u0080\u0002c__torch__\nScript\n)\u0081}b.".getBytes(ISO_8859_1));
            entry(zip, "constants.pkl", "\u0080\u0002).".getBytes(ISO_8859_1));
            entry(zip, "code/__torch__.py", source.getBytes(US_ASCII));
            entry(zip, "version", "3\n".getBytes(US_ASCII));
        }
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry("script/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
