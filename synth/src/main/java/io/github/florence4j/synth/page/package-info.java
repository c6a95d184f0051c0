/** Pages: what they should be like, their pixels, and exactly what is where on them. */
@NullMarked
package io.github.florence4j.synth.page;

import org.jspecify.annotations.NullMarked;
