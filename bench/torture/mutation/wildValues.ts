import type { Random } from '../../../src/common/random.js';
import { pick } from './mutate.js';

/** Values that no setting expects, small ones first. */
const SMALL: readonly unknown[] = [
  0,
  1,
  2,
  3,
  7,
  -1,
  0.5,
  -0.5,
  '',
  'x',
  '1',
  true,
  false,
  null,
  [],
  {},
  [1],
  [1, 2, 3],
  [[1]],
  { a: 1 },
  '..',
  '../..',
  '/',
  'npm:nothing',
  '\u0000',
  'ä',
  Number.NaN,
];
/** Nothing between these and the small ones: what would take some gigabytes may be right on one machine and too much on another. */
const HUGE: readonly unknown[] = [
  1e9,
  2 ** 31,
  2 ** 53,
  1e15,
  1e308,
  -1e9,
  Number.POSITIVE_INFINITY,
  1e-300,
  'y'.repeat(100_000),
];

export const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'nmae',
  'x.y',
  '',
  'length',
  'data',
  'model',
];

export const TEXTS = [
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '!!js/function ',
  '!!binary ',
  '%',
  '@',
  '`',
  '"',
  "'",
  '|',
  '>',
  '\t',
  '\u0000',
  '\ufeff',
  '---\n',
  '...\n',
  '? ',
  '<<: *a\n',
  '#',
  '!!set ',
  '0x',
  '1_000',
  '.nan',
  '.inf',
  '2026-01-01',
  '~',
];

/** A value that no setting expects. */
export function wildValue(random: Random): unknown {
  // A copy: what is put into it must not be there in the next case.
  return structuredClone(pick(random.integer(2) === 0 ? SMALL : HUGE, random));
}

/** A value in a report. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length})` : text;
}
