/** Fine-tuning from a configuration to a better checkpoint: the loop, its checkpoints and how a run is resumed. */
@NullMarked
package io.github.florence4j.finetune;

import org.jspecify.annotations.NullMarked;
