package io.github.florence4j.torch.pickle;

import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.file.InvalidWeightsException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickle of a state dict: dictionaries, lists, tuples, texts, numbers and descriptions of tensors (reference:
 * CPython's pickletools; PyTorch's weights-only unpickler). Nothing that the pickle names is ever run or looked up: a
 * name outside a fixed set of seven kinds ends the reading. Time and memory are bounded by the pickle's length.
 */
final class Unpickler {
    private static final int MAX_OBJECTS = 1 << 20;
    private static final String ORDERED_DICT = "collections.OrderedDict";
    private static final String REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
    private static final String REBUILD_PARAMETER = "torch._utils._rebuild_parameter";

    /** A class or function that the pickle names; only compared, never resolved. */
    private record Global(String name) {}

    private enum Mark {
        MARK
    }

    /** Part of the archive that holds elements. */
    record Storage(DType dtype, String key, long elements) {}

    /** A tensor as strides over a storage, in elements. */
    record PickledTensor(Storage storage, long offset, List<Long> shape, List<Long> strides) {}

    private final String where;
    private final ByteBuffer input;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private Unpickler(String where, ByteBuffer input) {
        this.where = where;
        this.input = input.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The pickled object: {@code Map}, {@code List}, {@code String}, {@code Long}, {@code Double}, {@code Boolean},
     * null or {@link PickledTensor}.
     *
     * @param where the file, for messages
     * @throws InvalidWeightsException when the pickle is damaged or names anything but tensors
     */
    static Object read(String where, ByteBuffer pickle) {
        try {
            return new Unpickler(where, pickle).run();
        } catch (BufferUnderflowException e) {
            throw new InvalidWeightsException(where + " has a pickle that ends early", e);
        }
    }

    private Object run() {
        while (true) {
            int opcode = input.get() & 0xFF;
            if (opcode == '.') {
                return pop();
            }
            step(opcode);
            if (stack.size() > MAX_OBJECTS || memo.size() > MAX_OBJECTS) {
                throw invalid("holds more than " + MAX_OBJECTS + " objects");
            }
        }
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol(input.get());
            case 0x95 -> input.getLong(); // FRAME
            case '(' -> push(Mark.MARK);
            case '0' -> pop();
            case '1' -> popMark();
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) input.getInt());
            case 'K' -> push((long) (input.get() & 0xFF));
            case 'M' -> push((long) (input.getShort() & 0xFFFF));
            case 0x8a -> push(longInteger(input.get() & 0xFF));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(input.getLong())));
            case 'X' -> push(text(input.getInt() & 0xFFFFFFFFL));
            case 0x8c -> push(text(input.get() & 0xFF));
            case 0x8d -> push(text(input.getLong()));
            case '}' -> push(new LinkedHashMap<String, Object>());
            case ']' -> push(new ArrayList<>());
            case ')' -> push(List.of());
            case 't' -> push(tuple(popMark()));
            case 0x85 -> push(tuple(popMany(1)));
            case 0x86 -> push(tuple(popMany(2)));
            case 0x87 -> push(tuple(popMany(3)));
            case 's' -> setItems(popMany(2));
            case 'u' -> setItems(popMark());
            case 'a' -> append(popMany(1));
            case 'e' -> append(popMark());
            case 'q' -> memo.put(input.get() & 0xFF, peek());
            case 'r' -> memo.put(input.getInt(), peek());
            case 0x94 -> memo.put(memo.size(), peek());
            case 'h' -> recall(input.get() & 0xFF);
            case 'j' -> recall(input.getInt());
            case 'c' -> push(global(line(), line()));
            case 0x93 -> stackGlobal();
            case 'Q' -> push(storage(pop()));
            case 'R' -> reduce();
            case 'b' -> build();
            default ->
                throw invalid(String.format("has the instruction 0x%02x, which no file of tensors needs", opcode));
        }
    }

    private void protocol(byte version) {
        if (version < 2 || version > 5) {
            throw invalid("has protocol " + version + "; expected 2 to 5");
        }
    }

    private long longInteger(int length) {
        if (length > Long.BYTES) {
            throw invalid("has a number of " + length + " bytes; expected at most " + Long.BYTES);
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (input.get() & 0xFFL) << (8 * i);
        }
        int unused = Long.SIZE - 8 * length;
        return length == 0 ? 0 : value << unused >> unused;
    }

    private String text(long length) {
        if (length < 0 || length > input.remaining()) {
            throw invalid("has a text of " + length + " bytes but only " + input.remaining() + " are left");
        }
        ByteBuffer bytes = input.slice(input.position(), (int) length);
        input.position(input.position() + (int) length);
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private String line() {
        int start = input.position();
        while (input.get() != '\n') {
            // to the end of the line
        }
        return StandardCharsets.UTF_8
                .decode(input.slice(start, input.position() - 1 - start))
                .toString();
    }

    private Global global(String module, String name) {
        String full = module + "." + name;
        boolean known = full.equals(ORDERED_DICT) || full.equals(REBUILD_TENSOR) || full.equals(REBUILD_PARAMETER);
        if (!known && !(module.equals("torch") && DType.ofStorage(name).isPresent())) {
            throw new InvalidWeightsException(where + " names " + full
                    + ", which is not part of a file of plain tensors; it was refused and nothing was run");
        }
        return new Global(full);
    }

    private void stackGlobal() {
        List<Object> names = popMany(2);
        if (!(names.get(0) instanceof String module) || !(names.get(1) instanceof String name)) {
            throw invalid("names a class by something else than texts");
        }
        push(global(module, name));
    }

    private Storage storage(Object id) {
        if (id instanceof List<?> parts
                && parts.size() == 5
                && "storage".equals(parts.get(0))
                && parts.get(1) instanceof Global type
                && type.name.startsWith("torch.")
                && parts.get(2) instanceof String key
                && parts.get(4) instanceof Long elements
                && elements >= 0) {
            DType dtype = DType.ofStorage(type.name.substring("torch.".length()))
                    .orElseThrow(() -> invalid("has a storage of type " + type.name));
            return new Storage(dtype, key, elements);
        }
        throw invalid("refers to something else than a storage of elements");
    }

    private void reduce() {
        List<Object> call = popMany(2);
        if (!(call.get(0) instanceof Global function) || !(call.get(1) instanceof List<?> arguments)) {
            throw invalid("calls something that is not a function");
        }
        push(
                switch (function.name) {
                    case ORDERED_DICT -> dictionary(arguments);
                    case REBUILD_TENSOR -> tensor(arguments);
                    case REBUILD_PARAMETER -> parameter(arguments);
                    default -> throw invalid("calls " + function.name);
                });
    }

    private Map<String, Object> dictionary(List<?> arguments) {
        if (!arguments.isEmpty()) {
            throw invalid("makes a dictionary in a way that torch.save does not");
        }
        return new LinkedHashMap<>();
    }

    private PickledTensor tensor(List<?> arguments) {
        if (arguments.size() >= 4
                && arguments.get(0) instanceof Storage storage
                && arguments.get(1) instanceof Long offset
                && arguments.get(2) instanceof List<?> shape
                && arguments.get(3) instanceof List<?> strides
                && shape.size() == strides.size()) {
            return new PickledTensor(storage, offset, numbers(shape), numbers(strides));
        }
        throw invalid("describes a tensor in a way that torch.save does not");
    }

    private PickledTensor parameter(List<?> arguments) {
        if (!arguments.isEmpty() && arguments.get(0) instanceof PickledTensor tensor) {
            return tensor;
        }
        throw invalid("describes a parameter in a way that torch.save does not");
    }

    private List<Long> numbers(List<?> values) {
        List<Long> numbers = new ArrayList<>();
        for (Object value : values) {
            if (!(value instanceof Long number) || number < 0) {
                throw invalid("has a size or stride that is not a number of 0 or more");
            }
            numbers.add(number);
        }
        return numbers;
    }

    /** Sets the attributes of an object. State dicts carry {@code _metadata}, which loading does not need. */
    private void build() {
        List<Object> parts = popMany(2);
        if (!(parts.get(0) instanceof Map) || !(parts.get(1) instanceof Map)) {
            throw invalid("sets attributes of something else than a dictionary");
        }
        push(parts.get(0));
    }

    private void setItems(List<Object> pairs) {
        if (pairs.size() % 2 != 0) {
            throw invalid("has a key without a value");
        }
        if (!(peek() instanceof Map)) {
            throw invalid("sets entries of something else than a dictionary");
        }
        @SuppressWarnings("unchecked") // only this class makes maps, all of them with text keys
        Map<String, Object> map = (Map<String, Object>) peek();
        for (int i = 0; i < pairs.size(); i += 2) {
            if (!(pairs.get(i) instanceof String key)) {
                throw invalid("has a key that is not a text");
            }
            map.put(key, pairs.get(i + 1));
        }
    }

    private void append(List<Object> values) {
        if (!(peek() instanceof ArrayList)) {
            throw invalid("appends to something else than a list");
        }
        @SuppressWarnings("unchecked") // only this class makes array lists
        List<Object> list = (List<Object>) peek();
        list.addAll(values);
    }

    private void recall(int index) {
        if (!memo.containsKey(index)) {
            throw invalid("recalls an object that it did not store");
        }
        push(memo.get(index));
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() {
        return popMany(1).get(0);
    }

    private Object peek() {
        if (stack.isEmpty()) {
            throw invalid("uses more objects than it makes");
        }
        return stack.get(stack.size() - 1);
    }

    private List<Object> popMany(int count) {
        if (stack.size() < count) {
            throw invalid("uses more objects than it makes");
        }
        return popFrom(stack.size() - count);
    }

    private List<Object> popMark() {
        int mark = stack.lastIndexOf(Mark.MARK);
        if (mark < 0) {
            throw invalid("ends a group that it did not begin");
        }
        List<Object> values = popFrom(mark + 1);
        stack.remove(mark);
        return values;
    }

    private List<Object> popFrom(int start) {
        List<Object> tail = stack.subList(start, stack.size());
        List<Object> values = new ArrayList<>(tail);
        tail.clear();
        return values;
    }

    private static List<Object> tuple(List<Object> values) {
        return Collections.unmodifiableList(values);
    }

    private InvalidWeightsException invalid(String what) {
        return new InvalidWeightsException(where + " has a pickle that " + what);
    }
}
