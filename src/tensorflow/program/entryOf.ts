import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { nearest } from '../../common/text/nearest.js';
import type { Entry, ProgramSpec } from '../spec/program.js';
import { shown } from '../spec/shown.js';

/** The entry of this name. @throws ForeframeError with the nearest name when there is none. */
export function entryOf({ entries }: ProgramSpec, name: string): Entry {
  if (typeof name === 'string' && Object.hasOwn(entries, name)) return required(entries, name);
  const names = Object.keys(entries);
  const asked = typeof name === 'string' ? name : shown(name);
  const guess = nearest(asked, names);
  const there = names.length > 0 ? `there are: ${names.join(', ')}` : 'the program has none';
  throw new ForeframeError(`no entry ${asked}${guess ? `: did you mean ${guess}?` : ''}; ${there}`);
}
