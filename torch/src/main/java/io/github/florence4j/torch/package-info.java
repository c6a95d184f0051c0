/** Lifetime, precision, devices and memory of libtorch through JavaCPP; knows nothing of Florence-2. */
package io.github.florence4j.torch;
