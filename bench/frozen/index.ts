import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../src/common/errors.js';
import { mapAtMost } from '../../src/common/mapAtMost.js';
import { nearest } from '../../src/common/text/nearest.js';
import type { FrozenCase } from './case.js';
import { frozenCases } from './cases.js';
import { type Comparison, compareFacts } from './compare.js';
import type { Facts } from './facts.js';
import { type Machine, readFixture, thisMachine, writeFixture } from './fixture.js';
import { runCase } from './runCase.js';

export interface FrozenRow {
  readonly name: string;
  /** Missing where the fixture does not know the case. */
  readonly comparison?: Comparison;
  /** It could not be run. */
  readonly error?: string;
}

export interface FrozenOptions {
  /** Cases, or beginnings of their names; all when none is named. */
  readonly only: readonly string[];
  /** Hears of every case that is done. */
  readonly onLine: (line: string) => void;
}

interface Outcome {
  readonly name: string;
  readonly facts?: Facts;
  readonly error?: string;
}

/** Run every case in `folder` and hold its numbers against the fixture of this processor. */
export async function compareFrozen(
  folder: string,
  options: FrozenOptions,
): Promise<{ machine: Machine; frozenOn: Machine; rows: FrozenRow[] }> {
  const machine = await thisMachine();
  const fixture = readFixture(machine);
  const outcomes = await runAll(folder, options);
  const rows = outcomes.map(({ name, facts, error }): FrozenRow => {
    const before = fixture.cases[name];
    return { name, error, ...(facts && before && { comparison: compareFacts(before, facts) }) };
  });
  return { machine, frozenOn: fixture.machine, rows };
}

/** Run every case in `folder` and keep its numbers as soon as there are any. @returns the fixture's path, and what failed */
export async function writeFrozen(
  folder: string,
  options: FrozenOptions,
): Promise<{ path: string; written: number; failed: Outcome[] }> {
  const machine = await thisMachine();
  const names = frozenCases.map(({ name }) => name);
  const keep = ({ name, facts }: Outcome) => writeFixture(machine, names, facts ? { [name]: facts } : {});
  const outcomes = await runAll(folder, options, keep);
  const failed = outcomes.filter(({ error }) => error !== undefined);
  return { path: writeFixture(machine, names, {}), written: outcomes.length - failed.length, failed };
}

async function runAll(
  folder: string,
  { only, onLine }: FrozenOptions,
  onOutcome?: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const chosen = choose(only);
  let done = 0;
  // Each has one thread.
  return mapAtMost(chosen, availableParallelism(), async (each): Promise<Outcome> => {
    const place = join(folder, each.name.replaceAll('/', '-'));
    mkdirSync(place);
    const outcome = await outcomeOf(each, place);
    await rm(place, { recursive: true, force: true });
    onOutcome?.(outcome);
    const { name, error } = outcome;
    onLine(`${++done}/${chosen.length} ${name}${error === undefined ? '' : `: ${error}`}`);
    return outcome;
  });
}

async function outcomeOf(each: FrozenCase, place: string): Promise<Outcome> {
  const { name } = each;
  try {
    return { name, facts: await runCase(each, place) };
  } catch (cause) {
    return { name, error: cause instanceof Error ? cause.message : String(cause) };
  }
}

function choose(only: readonly string[]): readonly FrozenCase[] {
  const names = frozenCases.map(({ name }) => name);
  const unknown = only.find((wanted) => !names.some((name) => name.startsWith(wanted)));
  if (unknown !== undefined) {
    const guess = nearest(unknown, names);
    throw new UsageError(
      `nothing frozen is called ${unknown}${guess ? `: did you mean ${guess}?` : `; there are: ${names.join(', ')}`}`,
    );
  }
  const wanted = (name: string) => only.some((each) => name === each || name.startsWith(`${each}/`));
  const exact = frozenCases.filter(({ name }) => wanted(name));
  if (only.length === 0) return frozenCases;
  return exact.length > 0
    ? exact
    : frozenCases.filter(({ name }) => only.some((each) => name.startsWith(each)));
}
