/** Reading {@code pytorch_model.bin} files without running anything that they name. */
package io.github.florence4j.torch.pickle;
