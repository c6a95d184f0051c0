/**
 * oneDNN's own primitives, called directly on the memory of tensors: products of bytes that add to a map, layer norms that give bytes, batched
 * products of any strides. libtorch holds an older oneDNN, of which its operators offer less (decision 19).
 */
@NullMarked
package io.github.florence4j.onednn;

import org.jspecify.annotations.NullMarked;
