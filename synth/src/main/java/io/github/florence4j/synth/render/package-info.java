/** Drawing: runs of text and shapes become pixels and exact places, then paper, skew, noise and compression are added. */
@NullMarked
package io.github.florence4j.synth.render;

import org.jspecify.annotations.NullMarked;
