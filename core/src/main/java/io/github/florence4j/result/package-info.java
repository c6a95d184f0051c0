/** Typed results of the tasks: boxes, quads, polygons and text as immutable records that write themselves as JSON. */
@NullMarked
package io.github.florence4j.result;

import org.jspecify.annotations.NullMarked;
