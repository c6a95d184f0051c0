/** Florence-2 as a Java program uses it: load a checkpoint, run tasks on images, get typed answers. */
@NullMarked
package io.github.florence4j;

import org.jspecify.annotations.NullMarked;
