import { ROW_COLUMNS } from '../../common/files/rowColumns.js';
import { required } from '../../common/required.js';

/** What some columns are called in a file. */
const OWN: Readonly<Record<string, string>> = ROW_COLUMNS;

/** What is known of a frame or clip: `label_side`, `latent_position_0`. */
const KNOWN = /^(label|latent)_./;

/**
 * The name of a column or layer in a file: without dots, with which SQL and data frames reach into structures (`lstm.h` becomes
 * `lstm_h`). Of the columns that say which row is which, `file` becomes `source`, `seconds` `time`, and `time`, the number of a
 * frame in its clip, `step`.
 */
export function storedName(name: string): string {
  return Object.hasOwn(OWN, name) ? required(OWN, name) : name.replaceAll('.', '_');
}

/** The names of a file that stand for others, and what for: readers give these back. */
export function renamed(names: readonly string[]): Record<string, string> {
  const pairs = names.map((name) => [storedName(name), name] as const);
  return Object.fromEntries(pairs.filter(([stored, name]) => stored !== name));
}

/**
 * The same for a file that lost its metadata on the way through another program, as pandas writes it. Only where the columns that
 * say which row is which show whose it was; its layers keep the names that they have in the file.
 */
export function recognisedNames(there: readonly string[]): Record<string, string> {
  const own = there.includes('source') && there.includes('time') && !there.includes('file');
  if (!own || !(there.includes('step') || there.includes('frame'))) return {};
  const rows = Object.keys(OWN).filter((name) => there.includes(storedName(name)));
  const known = there
    .filter((name) => KNOWN.test(name))
    .map((name) => name.replace(/^(label|latent)_/, '$1.').replace(/^(latent\..*)_(\d+)$/, '$1.$2'));
  return renamed([...rows, ...known]);
}
