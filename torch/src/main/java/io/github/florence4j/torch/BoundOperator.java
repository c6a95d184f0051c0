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
    private final IValueVector arguments; // nothing where an input comes
    private final int[] inputs; // places of the arguments that come with each call

    private BoundOperator(OperatorHandle operator, IValueVector arguments, int[] inputs) {
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
        List<Integer> inputs = new ArrayList<>();
        IValueVector values = Scopes.own(() -> {
            IValueVector made = new IValueVector();
            for (int i = 0; i < arguments.length; i++) {
                boolean comes = arguments[i] == INPUT;
                if (comes) {
                    inputs.add(i);
                }
                made.push_back(comes ? new IValue() : Operators.value(arguments[i]));
            }
            return made;
        });
        return new BoundOperator(
                Operators.handle(name, overload),
                values,
                inputs.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * Calls it with a value for each {@link #INPUT}, in order; the result belongs to the caller's scope.
     *
     * @param given as the arguments of {@link Operators#call}
     */
    public Tensor call(Object... given) {
        if (given.length != inputs.length) {
            throw new IllegalArgumentException(
                    "the operator is called with " + given.length + " arguments; expected " + inputs.length);
        }
        try (IValueVector stack = new IValueVector()) {
            stack.put(arguments); // a copy
            for (int i = 0; i < inputs.length; i++) {
                try (IValue input = Operators.value(given[i])) {
                    stack.put(inputs[i], input);
                }
            }
            operator.callBoxed(stack);
            return new Tensor(stack.get(0).toTensor()); // toTensor() alone is a reference into the stack
        }
    }

    /** Frees the fixed arguments, and with them the weights that nothing else holds. */
    @Override
    public void close() {
        arguments.close();
    }
}
