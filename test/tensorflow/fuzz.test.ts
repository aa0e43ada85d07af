import { describe, expect, it } from 'vitest';
import { benchFuzz, type FuzzRow } from '../../bench/fuzz/fuzz.js';
import { required } from '../../src/common/required.js';
import { native } from './programs.js';

describe.runIf(native)('random programs', () => {
  it('compute the same as a graph and op by op: values, gradients of both orders, steps and state', () => {
    const rows: FuzzRow[] = [];
    const { compared, worst } = benchFuzz(50, 20261127, (row) => rows.push(row));
    expect(rows.filter(({ differences }) => differences.length > 0)).toEqual([]);
    // tfjs has a gradient for whatever they are made of, but for some where a tensor without values is spread.
    const refused = rows.flatMap((row) => Object.values(row.refused));
    expect(refused.filter((message) => !/ 0 values|shape '[^']*\b0\b/.test(message))).toEqual([]);
    expect(refused.length).toBeLessThan(5);
    expect(worst).toBeLessThan(2e-3);
    expect(new Set(rows.flatMap(({ ops }) => ops)).size).toBeGreaterThan(60);
    expect(required(compared, 'values')).toBeGreaterThan(5000);
    for (const order of ['first order', 'second order', 'train', 'state'])
      expect(required(compared, order)).toBeGreaterThan(1000);
  });
});
