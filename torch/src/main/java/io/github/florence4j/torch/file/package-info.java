/** What weight files have in common: the directory of their tensors, mapping and streaming. */
package io.github.florence4j.torch.file;
