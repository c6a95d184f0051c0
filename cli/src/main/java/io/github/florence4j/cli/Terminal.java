package io.github.florence4j.cli;

import java.io.Console;

/** The terminal that a user may sit at. */
final class Terminal {
    private Terminal() {}

    /** Whether input and output are a terminal. */
    static boolean isAttached() {
        Console console = System.console();
        return console != null && isTerminal(console);
    }

    /** Since Java 22 there is a console for redirected streams, too, which can be asked. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
