import { ForeframeError } from '../../common/errors.js';
import { shorten } from '../../common/text/shorten.js';

/** A table as it stands in a file, every value as text, empty where there is none. */
export interface TextTable {
  readonly path: string;
  readonly names: readonly string[];
  /** As many values in each as there are names. */
  readonly rows: readonly (readonly string[])[];
  /** Columns that hold text, whatever it looks like; elsewhere the values decide. */
  readonly text?: ReadonlySet<string>;
  /** Numbers may be written `1,5`, as where columns are parted by semicolons. */
  readonly decimalComma?: boolean;
  /** Where a person finds a row, such as `row 3 (line 4)`. */
  place(row: number): string;
}

/** The error for one value of a table: one line that names the file, the row and the column. */
export function faultIn(table: TextTable, row: number, column: string, what: string): ForeframeError {
  return new ForeframeError(`${table.path}: ${table.place(row)}, column ${shortened(column)}: ${what}`);
}

/** A value as a message shows it: in quotes, on one line, not too long. */
export function shown(value: string): string {
  return `"${shortened(value)}"`;
}

function shortened(text: string): string {
  return shorten(text.replaceAll(/\s+/g, ' '), 60);
}

/** Values of one column. */
export function columnIn(table: TextTable, name: string): string[] | undefined {
  const at = table.names.indexOf(name);
  return at < 0 ? undefined : table.rows.map((row) => row[at]!);
}
