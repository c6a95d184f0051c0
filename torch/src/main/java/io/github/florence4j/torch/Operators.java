package io.github.florence4j.torch;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.LongList;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Calls any ATen operator by its name and overload through the dispatcher, for operators that the Java binding does not
 * map. Arguments are positional and complete: defaults of the schema are not filled in.
 */
public final class Operators {
    private static final Map<String, OperatorHandle> HANDLES = new ConcurrentHashMap<>();

    private Operators() {}

    /**
     * Calls an operator that gives one tensor, which belongs to the caller's scope.
     *
     * @param name such as {@code aten::scaled_dot_product_attention}
     * @param overload the name after the dot in the schema, or an empty string
     * @param arguments tensors, lists of tensors, {@code Long}, {@code Integer}, {@code Double}, {@code Boolean}, {@code String},
     *     {@code long[]}, {@link DType}, {@link Scalar}, {@link Device}, {@link IValue}, or null for none
     * @throws IllegalArgumentException when there is no such operator or an argument has another type
     */
    public static Tensor call(String name, String overload, @Nullable Object... arguments) {
        OperatorHandle operator = handle(name, overload);
        return Scopes.keep(() -> {
            IValueVector stack = stack(arguments);
            operator.callBoxed(stack);
            return new Tensor(stack.get(0).toTensor()); // toTensor() alone is a reference into the stack
        });
    }

    /** Whether this build of libtorch has an operator. */
    public static boolean exists(String name, String overload) {
        try {
            handle(name, overload);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Calls an operator that gives nothing but changes its arguments in place, such as {@code aten::_fused_adamw_}.
     *
     * @throws IllegalArgumentException as {@link #call}
     */
    public static void run(String name, String overload, @Nullable Object... arguments) {
        OperatorHandle operator = handle(name, overload);
        try (PointerScope scope = new PointerScope()) {
            operator.callBoxed(stack(arguments));
        }
    }

    static OperatorHandle handle(String name, String overload) {
        return HANDLES.computeIfAbsent(name + "." + overload, key -> find(name, overload));
    }

    private static IValueVector stack(@Nullable Object... arguments) {
        IValueVector stack = new IValueVector();
        for (Object argument : arguments) {
            stack.push_back(value(argument));
        }
        return stack;
    }

    /**
     * Calls an operator for a value of any type, such as an object that holds packed weights; nothing frees it but its owner,
     * the caller.
     *
     * @throws IllegalArgumentException as {@link #call}
     */
    public static IValue callForValue(String name, String overload, @Nullable Object... arguments) {
        OperatorHandle operator = handle(name, overload);
        return Scopes.own(() -> {
            IValueVector stack = stack(arguments);
            operator.callBoxed(stack);
            return new IValue(stack.get(0));
        });
    }

    /**
     * An empty list of optional numbers, which some operators want for parameters of an activation; the caller owns it. The
     * binding has no name for the type, so the compiler of libtorch makes it.
     */
    public static IValue noScalars() {
        return Scopes.own(() -> {
            CompilationUnit unit = torch.compile("def none() -> List[Optional[number]]:\n    return []\n");
            return new IValue(unit.get_function(new QualifiedName("none")).apply(new IValueVector()));
        });
    }

    private static OperatorHandle find(String name, String overload) {
        try {
            return Scopes.own(() -> new OperatorHandle(Dispatcher.singleton().findSchemaOrThrow(name, overload)));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "libtorch has no operator " + name + (overload.isEmpty() ? "" : "." + overload), e);
        }
    }

    static IValue value(Object argument) {
        if (argument == null) {
            return new IValue();
        } else if (argument instanceof IValue value) {
            return value;
        } else if (argument instanceof Tensor tensor) {
            return new IValue(tensor);
        } else if (argument instanceof Long number) {
            return new IValue(number.longValue());
        } else if (argument instanceof Integer number) {
            return new IValue(number.longValue());
        } else if (argument instanceof Double number) {
            return new IValue(number.doubleValue());
        } else if (argument instanceof Boolean flag) {
            return new IValue(flag.booleanValue());
        } else if (argument instanceof String text) {
            return new IValue(text);
        } else if (argument instanceof DType dtype) {
            return new IValue((long) dtype.scalarType().value);
        } else if (argument instanceof Scalar scalar) {
            return new IValue(scalar);
        } else if (argument instanceof Device device) {
            return new IValue(device);
        } else if (argument instanceof long[] numbers) {
            return new IValue(list(numbers));
        } else if (argument instanceof List<?> tensors) {
            return new IValue(list(tensors));
        }
        throw new IllegalArgumentException("an operator argument is a "
                + argument.getClass().getName() + "; expected a tensor, number, flag, text, list or null");
    }

    private static GenericList list(long[] numbers) {
        GenericList list = new GenericList(new LongList().elementType());
        for (long number : numbers) {
            list.push_back(new IValue(number));
        }
        return list;
    }

    private static GenericList list(List<?> tensors) {
        GenericList list = new GenericList(new TensorList().elementType());
        for (Object tensor : tensors) {
            list.push_back(value(requireTensor(tensor)));
        }
        return list;
    }

    private static Tensor requireTensor(Object element) {
        if (element instanceof Tensor tensor) {
            return tensor;
        }
        throw new IllegalArgumentException(
                "a list argument of an operator holds a " + element.getClass().getName() + "; expected tensors only");
    }
}
