/** Reading and writing {@code .safetensors} files. */
package io.github.florence4j.torch.safetensors;
