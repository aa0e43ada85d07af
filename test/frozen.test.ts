import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frozenCases } from '../bench/frozen/cases.js';
import { compareFacts, differenceText, numbersApart } from '../bench/frozen/compare.js';
import type { Facts } from '../bench/frozen/facts.js';
import { type Machine, readFixture, sameBits, thisMachine } from '../bench/frozen/fixture.js';
import { runCase } from '../bench/frozen/runCase.js';
import { required } from '../src/common/required.js';

/** One of each kind that is done in seconds; `foreframe bench frozen` compares all. */
const QUICK = [
  'balls-pgn',
  'pgn/adversarial',
  'classify-mnist-100-labels-nrm',
  'dynamic-nrm/classify-supervised',
];

/**
 * Where another kind of processor rounds otherwise, numbers may be so far apart, relative to the larger. With oneDNN held to AVX2
 * on a processor with AVX-512 they were 7e-7 apart after these six steps.
 */
const ELSEWHERE = 0.001;

const folder = mkdtempSync(join(tmpdir(), 'foreframe-frozen-'));
let machine: Machine;
beforeAll(async () => {
  machine = await thisMachine();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('numbers that are frozen', () => {
  it('have a fixture, of cases that still are there, with six losses each', () => {
    const { cases } = readFixture(machine);
    const frozen = Object.keys(cases);
    expect(frozen).toEqual(expect.arrayContaining(QUICK));
    expect(frozenCases.map(({ name }) => name)).toEqual(expect.arrayContaining(frozen));
    for (const [name, facts] of Object.entries(cases)) {
      const losses = facts['metrics.loss'];
      expect(losses, name).toHaveLength(6);
      expect(new Set(losses as number[]).size, name).toBeGreaterThan(1);
    }
  });

  it('are compared to the last bit, and apart from what a run folder looks like', () => {
    const before = required(readFixture(machine).cases, 'balls-pgn');
    const losses = before['metrics.loss'] as readonly number[];
    const lastBit = losses.map((loss, step) => (step === 5 ? loss * (1 + Number.EPSILON) : loss));
    const now: Facts = { ...before, 'metrics.loss': lastBit, files: 'config.yaml' };
    const { numbers, folder } = compareFacts(before, now);
    expect(differenceText(numbers!)).toMatch(/^metrics\.loss\.5: [\d.]+ before, [\d.]+ now$/);
    expect(folder).toEqual({ fact: 'files', before: before.files, now: 'config.yaml' });
    expect(numbersApart(before, now).most).toBeGreaterThan(0);
    expect(compareFacts(before, { ...before })).toEqual({ numbers: undefined, folder: undefined });
    expect(differenceText(compareFacts(before, { ...before, drawn: 1 }).numbers!)).toBe('drawn is new');
  });

  it.each(QUICK)('are still those of %s', async (name) => {
    const fixture = readFixture(machine);
    const found = frozenCases.find((each) => each.name === name)!;
    const parts = found.parts.filter((part) => part === 'evaluate');
    const place = mkdtempSync(join(folder, 'case-'));
    const now = await runCase({ ...found, parts }, place);
    const before = Object.fromEntries(
      Object.entries(required(fixture.cases, name)).filter(
        ([fact]) => fact in now || fact.startsWith('metrics.'),
      ),
    );
    // The losses of six steps at least.
    const { compared, most, where } = numbersApart(before, now);
    expect(compared).toBeGreaterThanOrEqual(6);
    if (sameBits(machine, fixture.machine))
      expect(compareFacts(before, now)).toEqual({ numbers: undefined, folder: undefined });
    else expect(most, where).toBeLessThan(ELSEWHERE);
  });
});
