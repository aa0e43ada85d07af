/** A Parquet file contradicts itself or ends too early; the message says how, without the file's name. */
export class ParquetFault extends Error {
  override name = 'ParquetFault';
}

/** What is wrong with a file, in words for people, from anything that reading it threw. */
export function faultText(error: unknown): string {
  if (error instanceof ParquetFault) return error.message;
  // What hyparquet or a codec says of bytes that it cannot read; its type errors and range errors speak of JavaScript.
  if (error instanceof RangeError) return 'a part of it ends too early';
  if (error instanceof TypeError || !(error instanceof Error)) return 'a part of it is missing';
  return error.message;
}

/** A message with names that a file gave, who knows which, on one line. */
export function oneLine(message: string): string {
  return message.replace(/[\p{Cc}\u2028\u2029]+/gu, '\ufffd');
}
