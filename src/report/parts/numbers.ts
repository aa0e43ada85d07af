/**
 * One column of numbers as text with equally many decimals: three significant digits for the smallest, at most five for the
 * largest. Whole numbers are grouped by thousands. A number that would be rounded to 0 is written with an exponent.
 */
export function formatColumn(values: readonly number[]): string[] {
  const decimals = decimalsFor(values);
  return values.map((value) => formatWith(value, decimals));
}

/** One number by itself, to three significant digits. */
export function formatNumber(value: number): string {
  return formatColumn([value])[0]!;
}

/** Digits to which two readings are the same, whatever their last digits. */
const READ = 3;

/** What a number reads as: two that read the same are a tie, in every comparison. */
export function readsAs(value: number): string {
  return value.toPrecision(READ);
}

function decimalsFor(values: readonly number[]): number {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  if (sizes.length === 0 || sizes.every(Number.isInteger)) return 0;
  const smallest = Math.floor(Math.log10(Math.min(...sizes)));
  const largest = Math.floor(Math.log10(Math.max(...sizes)));
  return Math.max(0, Math.min(2 - smallest, 4 - largest, 8));
}

function formatWith(value: number, decimals: number): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 ? '−' : '';
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  const vanishes = size !== 0 && size < 10 ** -decimals;
  if (vanishes || size >= 1e15) return sign + size.toExponential(2);
  const text = size.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return sign + text;
}
