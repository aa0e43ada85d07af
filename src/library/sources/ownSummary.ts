import { statSync } from 'node:fs';
import { datasets } from '../../../datasets/index.js';
import { groupBy } from '../../common/groupBy.js';
import { required } from '../../common/required.js';
import { dataConfig } from '../../config/config.js';
import { isTable } from '../../config/ownKeys.js';
import type { Kind } from '../../data/own/folderRows.js';
import { classesOf, type OwnRow, type OwnRows } from '../../data/own/ownRow.js';
import { ownSource } from '../../data/own/ownSource.js';
import type { Split } from '../../stream/frameSource.js';
import type { Watching } from '../watching.js';
import { ownRows } from './ownRows.js';
import { skipsTo } from './skipNote.js';

type Counts = Readonly<Record<Split, number>>;

/** What a table or folder of one's own holds, as training would read it. */
export interface OwnSummary {
  readonly origin: string;
  readonly rows: number;
  /** Files that the rows are of, or parts of. */
  readonly files: number;
  /** Each class with its rows by split, in the order in which classes are counted; rows without one under an empty name. */
  readonly classes: readonly { readonly name: string; readonly rows: number; readonly splits: Counts }[];
  /** What is never divided, where a table names it. */
  readonly groups?: { readonly count: number; readonly splits: Counts };
  /** How rows are split where a pipeline says nothing else: as given, or by group or file. */
  readonly splits: { readonly given: boolean; readonly rows: Counts };
  /** Of its own columns, beside path, times, label, group and split. */
  readonly columns: readonly OwnColumn[];
  /** Of rows whose files have times, in seconds. */
  readonly seconds?: { readonly total: number; readonly shortest: number; readonly longest: number };
  readonly frames: number;
  /** One line for each thing that a person should know. */
  readonly notes: readonly string[];
}

/** A column that is kept. */
export type OwnColumn = { readonly name: string; readonly missing: number } & (
  | { readonly kind: 'numbers'; readonly from: number; readonly to: number }
  /** The first few of its values. */
  | { readonly kind: 'text'; readonly values: number; readonly examples: readonly string[] }
  /** No row has a value. */
  | { readonly kind: 'empty' }
);

/** Values of text that are shown. */
const EXAMPLES = 3;
/** Columns with a meaning of their own, which other parts of a summary hold. */
const MEANT: readonly string[] = ['file', 'start', 'end', 'label', 'group'];

/** The key of a pipeline that would name it, where it is a table or a folder; nothing for anything else, such as a dataset. */
export function ownKeyOf(name: string): 'manifest' | 'folder' | undefined {
  if (isTable(name)) return 'manifest';
  const isDataset = datasets.some(({ card }) => card.name === name);
  return !isDataset && statSync(name, { throwIfNoEntry: false })?.isDirectory() ? 'folder' : undefined;
}

/**
 * Read a table or a folder of classes as training would, every file measured.
 * @throws ForeframeError in one line that names file, row and column of the first thing that is wrong
 */
export async function ownSummary(
  key: 'manifest' | 'folder',
  name: string,
  { signal, onNote }: Pick<Watching, 'signal' | 'onNote'> = {},
): Promise<{ readonly summary: OwnSummary; readonly rows: readonly OwnRow[] }> {
  const own = await rowsOf(key, name, { onNote });
  const notes: string[] = [];
  const data = dataConfig.parse({ [key]: name });
  const hears = { onNote: (note: string) => notes.push(note), onSkip: skipsTo(onNote) };
  const source = await ownSource(own, data, { ...hears, signal, clip: 1 });
  const splitOf = (row: OwnRow) => source.columnsOf(row.source.name)!.split as Split;
  const counts = (rows: readonly OwnRow[]) => countsOf(rows.map(splitOf));
  const labels = [...classesOf(own.rows), ...(own.rows.some(({ label }) => label === '') ? [''] : [])];
  const groups = [...groupBy(own.rows, ({ group }) => group).values()];
  const seconds = source.lengths.flatMap((length) => length.seconds ?? []);
  const files = new Set(own.rows.map(({ file }) => file));
  const summary: OwnSummary = {
    origin: own.origin,
    rows: own.rows.length,
    files: files.size,
    classes: labels.map((label) => {
      const rows = own.rows.filter((row) => row.label === label);
      return { name: label, rows: rows.length, splits: counts(rows) };
    }),
    ...(own.grouped && {
      groups: { count: groups.length, splits: countsOf(groups.map(([first]) => splitOf(first!))) },
    }),
    splits: { given: own.rows.some(({ split }) => split !== undefined), rows: counts(own.rows) },
    columns: columnsIn(own.rows),
    ...(seconds.length > 0 && {
      seconds: {
        total: seconds.reduce((sum, each) => sum + each, 0),
        shortest: seconds.reduce((least, each) => Math.min(least, each)),
        longest: seconds.reduce((most, each) => Math.max(most, each)),
      },
    }),
    frames: source.lengths.reduce((sum, { frames }) => sum + frames, 0),
    notes,
  };
  return { summary, rows: own.rows };
}

/** A folder may hold videos or images, one by one: whichever there are. */
async function rowsOf(
  key: 'manifest' | 'folder',
  name: string,
  watching: Pick<Watching, 'onNote'>,
): Promise<OwnRows> {
  const read = (kind: Kind) => ownRows({ [key]: name }, kind, watching);
  if (key === 'manifest') return read('videos');
  return read('images').catch(() => read('videos'));
}

function countsOf(splits: readonly Split[]): Counts {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const split of splits) counts[split]++;
  return counts;
}

function columnsIn(rows: readonly OwnRow[]): OwnColumn[] {
  const names = Object.keys(rows[0]!.columns).filter((name) => !MEANT.includes(name));
  return names.map((name): OwnColumn => {
    const values = rows.map(({ columns }) => required(columns, name));
    if (values.every((value) => value === '' || Number.isNaN(value)))
      return { name, missing: values.length, kind: 'empty' };
    if (values.some((value) => typeof value === 'string')) {
      const known = values.filter((value) => value !== '').map(String);
      const different = [...new Set(known)];
      const missing = values.length - known.length;
      return {
        name,
        missing,
        kind: 'text',
        values: different.length,
        examples: different.slice(0, EXAMPLES),
      };
    }
    const numbers = (values as number[]).filter((value) => !Number.isNaN(value));
    const missing = values.length - numbers.length;
    const [from, to] = [Math.min, Math.max].map((of) => numbers.reduce((a, b) => of(a, b))) as [
      number,
      number,
    ];
    return { name, missing, kind: 'numbers', from, to };
  });
}
