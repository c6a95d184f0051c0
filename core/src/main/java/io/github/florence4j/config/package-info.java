/** The configuration of a checkpoint: architecture and generation defaults, read from its JSON files. */
@NullMarked
package io.github.florence4j.config;

import org.jspecify.annotations.NullMarked;
