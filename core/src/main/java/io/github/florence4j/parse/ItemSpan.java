package io.github.florence4j.parse;

/**
 * Where in the parsed text an item was written, in UTF-16 units, ends exclusive. An item without a label has an empty
 * label range.
 *
 * @param labelStart first character of the trimmed label
 * @param labelEnd end of the trimmed label
 * @param coordsStart first character of the item's own location tokens
 * @param coordsEnd end of the item's own location tokens
 */
public record ItemSpan(int labelStart, int labelEnd, int coordsStart, int coordsEnd) {}
