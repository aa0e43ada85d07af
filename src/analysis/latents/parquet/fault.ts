/** A Parquet file contradicts itself or ends too early; the message says how, without the file's name. */
export class ParquetFault extends Error {
  override name = 'ParquetFault';
}

/** A readable message about a damaged file, from any error that reading it threw. */
export function faultText(error: unknown): string {
  if (error instanceof ParquetFault) return error.message;
  // Errors of hyparquet or a codec about bytes that they cannot read; their type errors and range errors are about JavaScript.
  if (error instanceof RangeError) return 'a part of it ends too early';
  if (error instanceof TypeError || !(error instanceof Error)) return 'a part of it is missing';
  return error.message;
}
