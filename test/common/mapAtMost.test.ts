import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entryPath } from '../../src/common/files/entryPath.js';
import { mapAtMost } from '../../src/common/mapAtMost.js';

it('gives every answer in its place and never has more under way', async () => {
  const items = fc.array(fc.nat(5), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(items, fc.integer({ min: 1, max: 9 }), async (turns, most) => {
      let [running, highest] = [0, 0];
      const made = await mapAtMost(turns, most, async (count) => {
        highest = Math.max(highest, ++running);
        for (let i = 0; i <= count; i++) await turn();
        running--;
        return count + 1;
      });
      expect(made).toEqual(turns.map((count) => count + 1));
      expect(highest).toBe(Math.min(most, turns.length));
    }),
  );
});

it('begins nothing after a failure, and lets end what is under way', async () => {
  const events: string[] = [];
  const work = mapAtMost([3, 0, 1, 1], 2, async (count) => {
    events.push(`begin ${count}`);
    for (let i = 0; i < count; i++) await turn();
    events.push(`end ${count}`);
    if (count === 0) throw new Error('the second');
  });
  await expect(work).rejects.toThrow('the second');
  expect(events).toEqual(['begin 3', 'begin 0', 'end 0', 'end 3']);
});

it('finds the path of an entry as any Node tells it', () => {
  const old = { name: 'a.so', path: '/lib' } as Parameters<typeof entryPath>[0];
  expect(entryPath(old)).toBe('/lib/a.so');
  expect(entryPath({ ...old, path: '', parentPath: '/lib' })).toBe('/lib/a.so');
});
