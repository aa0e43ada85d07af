import { createHash } from 'node:crypto';

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What is frozen of a case, by name: numbers, checksums, names of files. */
export type Facts = Record<string, Json>;

/** Facts about what a run folder looks like; all others are numbers that were computed. */
const OF_FOLDER = /^(files|config|environment|run\.json|position|evaluation\.keys)\b/;

/** Whether a fact is of the layout of a run, and not of its numbers. */
export const isOfFolder = (fact: string): boolean => OF_FOLDER.test(fact);

/** A short checksum of text or bytes. */
export function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 10);
}

/** A checksum of the bits of numbers. */
export function digestOfNumbers(values: readonly number[]): string {
  return digest(new Uint8Array(new Float64Array(values).buffer));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every number of a tree with its path, such as `rollout.model.psnr.mean`; `omit` names keys to pass over. */
export function numbersIn(tree: unknown, omit: readonly string[] = [], path = ''): [string, number][] {
  if (typeof tree === 'number') return [[path, tree]];
  if (tree === null || typeof tree !== 'object') return [];
  return Object.entries(tree)
    .filter(([key]) => !omit.includes(key))
    .flatMap(([key, value]) => numbersIn(value, omit, path === '' ? key : `${path}.${key}`));
}
