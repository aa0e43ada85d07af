import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DisjointSets } from '../../src/common/disjointSets.js';

it('joins what is connected by any way, and nothing else', () => {
  const pairs = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20 });
  fc.assert(
    fc.property(pairs, (joins) => {
      const sets = new DisjointSets<number>();
      const labels = Array.from({ length: 12 }, (_, at) => at);
      for (const [a, b] of joins) {
        const [from, to] = [labels[b]!, labels[a]!];
        expect(sets.join(a, b)).toBe(from !== to);
        for (const [at, label] of labels.entries()) if (label === from) labels[at] = to;
      }
      // The first member's top names the set.
      for (const [at, label] of labels.entries()) expect(sets.top(at)).toBe(label);
    }),
  );
});
