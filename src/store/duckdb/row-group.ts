/**
 * Rows of a row group, half of what DuckDB has by itself: a group is held uncompressed while it is filled, and a
 * transaction of this many goes into the file without passing the log. Only what `ATTACH` makes can have another size.
 */
export const rowGroupSize = 61_440
