import { isDeepStrictEqual } from 'node:util';
import { type Facts, isOfFolder, type Json } from './facts.js';

/** Where two sets of facts part first; numbers that were computed go before what a folder looks like. */
export interface Difference {
  readonly fact: string;
  readonly before: Json | undefined;
  readonly now: Json | undefined;
}

/** Facts of a case held against the frozen ones, bit for bit. */
export interface Comparison {
  readonly numbers: Difference | undefined;
  readonly folder: Difference | undefined;
}

/** The keys of a configuration have moved since (test/training/oldKeys.test.ts holds what they mean); no number has. */
const MOVED = /^config\b/;

/** Hold what came out now against what was frozen. */
export function compareFacts(before: Facts, now: Facts): Comparison {
  const part = (facts: Facts, ofFolder: boolean) =>
    Object.fromEntries(
      Object.entries(facts).filter(([fact]) => isOfFolder(fact) === ofFolder && !MOVED.test(fact)),
    );
  return {
    numbers: firstDifference(part(before, false), part(now, false)),
    folder: firstDifference(part(before, true), part(now, true)),
  };
}

/** The first fact that is missing, new or another. */
export function firstDifference(before: Facts, now: Facts): Difference | undefined {
  const fact = [...new Set([...Object.keys(before), ...Object.keys(now)])].find(
    (each) => !isDeepStrictEqual(plain(before[each]), plain(now[each])),
  );
  return fact === undefined ? undefined : { fact, before: before[fact], now: now[fact] };
}

/** The difference in one line: of lists and tables only where they part. */
export function differenceText({ fact, before, now }: Difference): string {
  if (before === undefined) return `${fact} is new`;
  if (now === undefined) return `${fact} is gone`;
  if (isTree(before) && isTree(now)) {
    const inside = firstDifference({ ...before } as Facts, { ...now } as Facts);
    if (inside) return differenceText({ ...inside, fact: `${fact}.${inside.fact}` });
  }
  return `${fact}: ${JSON.stringify(before)} before, ${JSON.stringify(now)} now`;
}

/**
 * How far apart the numbers of two sets of facts are at most, relative to the larger, and how many there are in both. Checksums
 * and words are passed over: for processors that round otherwise.
 */
export function numbersApart(before: Facts, now: Facts): { compared: number; most: number; where: string } {
  const result = { compared: 0, most: 0, where: '' };
  const walk = (a: Json | undefined, b: Json | undefined, where: string): void => {
    if (typeof a === 'number' && typeof b === 'number') {
      result.compared++;
      const apart = a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
      if (!(apart <= result.most)) Object.assign(result, { most: apart, where });
    } else if (isTree(a) && isTree(b))
      for (const [key, value] of Object.entries(a))
        walk(value as Json, (b as Record<string, Json>)[key], `${where}.${key}`);
  };
  for (const [fact, value] of Object.entries(before)) if (!isOfFolder(fact)) walk(value, now[fact], fact);
  return result;
}

const isTree = (value: Json | undefined): value is Json & object =>
  typeof value === 'object' && value !== null;

/** As it comes back from a file: −0 and NaN are not numbers of JSON. */
const plain = (value: Json | undefined): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
