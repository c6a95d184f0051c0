/** From generated text to typed results: the scanner with its three profiles, item scores, and the grammar of valid output. */
@NullMarked
package io.github.florence4j.parse;

import org.jspecify.annotations.NullMarked;
