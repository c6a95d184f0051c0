/** The tasks of Florence-2, their prompts and the inputs they take: text, phrases and image regions. */
@NullMarked
package io.github.florence4j.task;

import org.jspecify.annotations.NullMarked;
