/** The {@code florence4j} command: one small class for each of its commands. */
@NullMarked
package io.github.florence4j.cli;

import org.jspecify.annotations.NullMarked;
