/** The tokenizer, the location tokens and the spans that tokens cover in the decoded text. */
@NullMarked
package io.github.florence4j.text;

import org.jspecify.annotations.NullMarked;
