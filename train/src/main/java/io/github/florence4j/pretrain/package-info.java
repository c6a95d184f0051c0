/** A small model out of nothing: its initial weights, letters for its vision tower, and the stages that teach it to read. */
@NullMarked
package io.github.florence4j.pretrain;

import org.jspecify.annotations.NullMarked;
