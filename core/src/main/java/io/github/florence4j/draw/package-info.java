/** Pictures of results: boxes, polygons, quads and text drawn on the image that they were found in. */
@NullMarked
package io.github.florence4j.draw;

import org.jspecify.annotations.NullMarked;
