/**
 * Pictures and how the model sees them: decoding files to 8-bit RGB as Pillow does, the pages of TIFF and PDF documents, Pillow's
 * bicubic resize, and rescaling and normalising to float32.
 */
@NullMarked
package io.github.florence4j.image;

import org.jspecify.annotations.NullMarked;
