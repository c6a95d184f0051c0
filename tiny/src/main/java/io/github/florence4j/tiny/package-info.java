/** A small Florence-2 that travels with florence4j, so that it can be tried without downloads. */
@NullMarked
package io.github.florence4j.tiny;

import org.jspecify.annotations.NullMarked;
