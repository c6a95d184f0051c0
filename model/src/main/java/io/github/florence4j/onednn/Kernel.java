package io.github.florence4j.onednn;

import io.github.florence4j.torch.Scopes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A primitive of oneDNN for operands of fixed shapes. Any number of threads may run it: each run takes a set of arguments that no other
 * has, made once and used again. Its attributes must leave the scratchpad to the user.
 */
final class Kernel {
    /**
     * An operand that comes with each run.
     *
     * @param name as in {@code DNNL_ARG_…}
     * @param form of its memory
     */
    record Operand(int name, memory.desc form) {}

    /**
     * An operand of one element whose value comes with each run.
     *
     * @param name as in {@code DNNL_ARG_…}
     * @param type {@code f32} or {@code s32}
     */
    record Number(int name, memory.data_type type) {
        /** The scale of an operand. */
        static Number scale(int operand) {
            return new Number(dnnl.DNNL_ARG_ATTR_SCALES | operand, memory.data_type.f32);
        }

        /** The byte of zero of an operand. */
        static Number zero(int operand) {
            return new Number(dnnl.DNNL_ARG_ATTR_ZERO_POINTS | operand, memory.data_type.s32);
        }
    }

    private final primitive primitive;
    private final List<Operand> operands;
    private final List<Number> numbers;
    private final memory.desc scratchpad;
    private final long scratch; // bytes
    private final Queue<Arguments> free = new ConcurrentLinkedQueue<>();

    /**
     * Takes over a primitive.
     *
     * @param operands whose memory comes with each run
     * @param numbers operands whose value comes with each run
     */
    Kernel(primitive primitive, primitive_desc_base description, List<Operand> operands, List<Number> numbers) {
        this.primitive = primitive.retainReference();
        this.operands = operands;
        this.numbers = numbers;
        this.scratchpad = Scopes.own(description::scratchpad_desc);
        this.scratch = scratchpad.get_size();
        operands.forEach(operand -> operand.form().retainReference());
    }

    /** Runs it on that memory of the operands, with those values of the numbers, both in order. */
    void run(List<Pointer> memories, double... values) {
        Arguments known = free.poll();
        Arguments arguments = known != null ? known : new Arguments();
        try {
            arguments.scratchpad.set_data_handle(Scratch.HERE.get().of(scratch));
            for (int i = 0; i < memories.size(); i++) {
                arguments.memories.get(i).set_data_handle(memories.get(i));
            }
            for (int i = 0; i < values.length; i++) {
                arguments.set(i, values[i]);
            }
            primitive.execute(OneDnn.stream(), arguments.map);
        } finally {
            free.add(arguments);
        }
    }

    /** Memory of one thread for what lasts no longer than a run, as much as any kernel wanted so far. */
    private static final class Scratch {
        static final ThreadLocal<Scratch> HERE = ThreadLocal.withInitial(Scratch::new);

        private BytePointer memory = Scopes.own(() -> new BytePointer(1L));

        Pointer of(long bytes) {
            if (memory.capacity() < bytes) {
                BytePointer larger = Scopes.own(() -> new BytePointer(bytes));
                memory.close();
                memory = larger;
            }
            return memory;
        }
    }

    private final class Arguments {
        private final IntMemoryMap map = Scopes.own(IntMemoryMap::new);
        private final List<memory> memories = new ArrayList<>();
        private final memory scratchpad = of(dnnl.DNNL_ARG_SCRATCHPAD, Kernel.this.scratchpad);
        private final BytePointer cells = Scopes.own(() -> new BytePointer(Math.max(1, Float.BYTES * numbers.size())));
        private final ByteBuffer values = cells.asByteBuffer().order(ByteOrder.nativeOrder());

        Arguments() {
            operands.forEach(operand -> memories.add(of(operand.name(), operand.form())));
            for (int i = 0; i < numbers.size(); i++) {
                Number number = numbers.get(i);
                memory cell = of(number.name(), OneDnn.dense(number.type(), 1));
                cell.set_data_handle(cells.getPointer((long) Float.BYTES * i));
            }
        }

        /** Memory that points nowhere yet. */
        private memory of(int name, memory.desc form) {
            memory made = Scopes.own(() -> new memory(form, OneDnn.processor(), new Pointer()));
            map.put(name, made);
            return made;
        }

        void set(int i, double value) {
            if (numbers.get(i).type() == memory.data_type.s32) {
                values.putInt(Integer.BYTES * i, (int) value);
            } else {
                values.putFloat(Float.BYTES * i, (float) value);
            }
        }
    }
}
