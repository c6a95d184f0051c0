package io.github.florence4j.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An operator whose arguments are fixed but for some, mostly tensors: bound once, such as to the weights of a layer, and called often,
 * by any number of threads. It owns the fixed arguments; close it.
 */
public final class BoundOperator implements AutoCloseable {
    /** Stands for an argument that is given with each call. */
    public static final Object INPUT = new Object();

    private final OperatorHandle operator;
    private final List<IValue> arguments; // null where an input comes
    private final int inputs;

    private BoundOperator(OperatorHandle operator, List<IValue> arguments, int inputs) {
        this.operator = operator;
        this.arguments = arguments;
        this.inputs = inputs;
    }

    /**
     * Binds an operator that gives one tensor.
     *
     * @param arguments as those of {@link Operators#call}, or {@link #INPUT}
     * @throws IllegalArgumentException as {@link Operators#call}
     */
    public static BoundOperator of(String name, String overload, @Nullable Object... arguments) {
        List<IValue> values = new ArrayList<>();
        int inputs = 0;
        for (Object argument : arguments) {
            if (argument == INPUT) {
                values.add(null);
                inputs++;
            } else {
                values.add(Scopes.own(() -> new IValue(Operators.value(argument))));
            }
        }
        return new BoundOperator(Operators.handle(name, overload), values, inputs);
    }

    /**
     * Calls it with a value for each {@link #INPUT}, in order; the result belongs to the caller's scope.
     *
     * @param given as the arguments of {@link Operators#call}
     */
    public Tensor call(Object... given) {
        if (given.length != inputs) {
            throw new IllegalArgumentException(
                    "the operator is called with " + given.length + " arguments; expected " + inputs);
        }
        try (IValueVector stack = new IValueVector()) {
            int next = 0;
            for (IValue argument : arguments) {
                if (argument == null) {
                    try (IValue input = Operators.value(given[next++])) {
                        stack.push_back(input);
                    }
                } else {
                    stack.push_back(argument);
                }
            }
            operator.callBoxed(stack);
            return new Tensor(stack.get(0).toTensor()); // toTensor() alone is a reference into the stack
        }
    }

    /** Frees the fixed arguments, and with them the weights that nothing else holds. */
    @Override
    public void close() {
        arguments.forEach(argument -> {
            if (argument != null) {
                argument.close();
            }
        });
    }
}
