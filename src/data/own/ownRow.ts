import type { Split } from '../../stream/frameSource.js';
import type { SourceColumns } from '../../stream/sourceColumns.js';
import type { VideoSource } from '../../video/index.js';

/** A clip or image of one's own, with what is known of it. */
export interface OwnRow {
  /** Its name is that of the row: no other has it. */
  readonly source: VideoSource;
  /** The one name of its file that all names of it lead to. */
  readonly file: string;
  /** Seconds from the beginning of the file: the part of it that counts; from its first and to its last image by default. */
  readonly start?: number;
  readonly end?: number;
  /** Its class; empty where it has none. */
  readonly label: string;
  /** Rows of one group (a person, a session) are never on two sides of a split. */
  readonly group: string;
  /** As it was given. */
  readonly split?: Split;
  /** All that goes into rows of what is extracted: `file` and whatever else is known. */
  readonly columns: SourceColumns;
  /** The error for a value of this row: one line that names where it stands. */
  fault(column: string, what: string): Error;
}

/** Clips or images of one's own. */
export interface OwnRows {
  /** The table or folder that they come from. */
  readonly origin: string;
  readonly rows: readonly OwnRow[];
  /** They were given a group each; otherwise every file is one. */
  readonly grouped: boolean;
}

/** The classes by name; whole numbers by their size. */
export function classesOf(rows: readonly Pick<OwnRow, 'label'>[]): string[] {
  const names = [...new Set(rows.map(({ label }) => label))].filter((name) => name !== '');
  const numbers = names.every((name) => /^-?\d{1,15}$/.test(name));
  return numbers ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
}
