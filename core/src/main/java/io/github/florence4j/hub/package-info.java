/**
 * Download of model repositories in the Hugging Face hub protocol, into a cache that Python's {@code huggingface_hub}
 * reads and writes too.
 */
@NullMarked
package io.github.florence4j.hub;

import org.jspecify.annotations.NullMarked;
