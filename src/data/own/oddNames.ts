import { groupBy } from '../../common/groupBy.js';
import type { OwnRow, OwnRows } from './ownRow.js';

/** What programs write where nothing is known. `none` may be a class. */
const UNKNOWN = /^(na|n\/a|nan|null)$/i;

/** One spelling of what looks the same: a Mac writes é as two characters. */
export function sameText(text: string): string {
  return text.normalize('NFC');
}

/** A line for each name of a class or group that may not be meant as one. */
export function oddNames({ origin, rows, grouped }: OwnRows): string[] {
  return [
    ...oddIn(origin, rows, 'label', 'class', 'classes'),
    ...(grouped ? oddIn(origin, rows, 'group', 'group', 'groups') : []),
  ];
}

function oddIn(
  origin: string,
  rows: readonly OwnRow[],
  column: 'label' | 'group',
  one: string,
  several: string,
): string[] {
  const names = [...new Set(rows.map((row) => row[column]))].filter((name) => name !== '');
  const unknown = names.filter((name) => UNKNOWN.test(name));
  const alike = [...groupBy(names, (name) => name.toLowerCase().replaceAll(/\s+/g, ' ')).values()];
  return [
    ...unknown.map((name) => {
      const count = rows.filter((row) => row[column] === name).length;
      return `warning: ${origin}, column ${column}: ${name} stands in ${count} rows and is taken for a ${one}: leave it empty where none is known`;
    }),
    ...alike.flatMap(([first, second]) =>
      second === undefined
        ? []
        : [
            `warning: ${origin}: ${first} and ${second} are two ${several}: write both alike, if one is meant`,
          ],
    ),
  ];
}
