import { columnIn, faultIn, shown, type TextTable } from './textTable.js';

/** What stands for a number that is not known. */
const MISSING = /^(|na|n\/a|nan|null|none)$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** `007` is a name, not the number seven. */
const NAME = /^[+-]?0\d/;
/** So many digits may be more than a number of a computer keeps. */
const LONG = /^[+-]?\d{16,}$/;

/** Whether text stands for no number at all. */
export function isMissing(text: string): boolean {
  return MISSING.test(text);
}

/** `007`, or a number of an account: its digits count, which a number would lose. */
function isName(text: string): boolean {
  return NAME.test(text) || (LONG.test(text) && !Number.isSafeInteger(Number(text)));
}

/** A number as a table writes it; nothing for other text. */
export function numberIn(
  text: string,
  { decimalComma }: Pick<TextTable, 'decimalComma'>,
): number | undefined {
  const plain = decimalComma ? text.replace(/^([+-]?\d*),(\d+)/, '$1.$2') : text;
  const value = NUMBER.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/**
 * The values of a column: numbers where most of them are, NaN where one is missing; else text as it stands.
 * @throws ForeframeError naming row and column of a value that is text among numbers
 */
export function valuesOf(table: TextTable, name: string): readonly (string | number)[] {
  const texts = columnIn(table, name)!;
  if (table.text?.has(name) || texts.some(isName)) return texts;
  const numbers = texts.map((text) => numberIn(text, table));
  const known = numbers.filter((value) => value !== undefined).length;
  const missing = texts.filter((text) => MISSING.test(text)).length;
  const others = texts.length - known - missing;
  if (known === 0 || others >= known) return texts;
  const bad = texts.findIndex((text, row) => numbers[row] === undefined && !MISSING.test(text));
  if (bad >= 0)
    throw faultIn(
      table,
      bad,
      name,
      `${shown(texts[bad]!)} is not a number, as ${known} other rows have: correct it, or leave it empty`,
    );
  return numbers.map((value) => value ?? Number.NaN);
}
