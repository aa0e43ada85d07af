/**
 * What is known of a source (a file, or a stretch of one), by column: text or numbers, the same columns in every source of a set.
 * Whatever is extracted from the source has them in each of its rows. `file` and `split` stand in place of the ones made otherwise.
 * A number that is missing is NaN, text that is missing is empty.
 */
export type SourceColumns = Readonly<Record<string, string | number>>;
