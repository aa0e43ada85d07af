import { describe, expect, it } from 'vitest';
import type { LatentColumn, LatentRows } from '../../src/analysis/latents/latentsFile.js';
import { withOwnKnowledge } from '../../src/library/analysing/ownKnowledge.js';

const rows = 4;
const table = (columns: Record<string, LatentColumn>): LatentRows => ({
  rows,
  columns,
  layers: {},
});

function knowledgeOf(label: string[], speed: number[]) {
  const known = {
    label,
    speed: Float64Array.from(speed),
    age: Float64Array.of(1, 2, 3, 4),
    end: Float64Array.of(Number.NaN, 1, 1, 1),
  };
  return withOwnKnowledge({ train: table(known), test: table(known) });
}

describe('what is known of own clips', () => {
  it('is labels and latent variables where every clip has them', () => {
    const { tables, leftOut } = knowledgeOf(['b', 'a', 'a', 'b'], [1, 2, 3, 4]);
    expect(Object.keys(tables.train.columns).sort()).toEqual([
      'end',
      'label.label',
      'latent.age',
      'latent.speed',
    ]);
    expect(leftOut).toEqual([]);
  });

  it('says which column has gaps, and what measures it all the same', () => {
    const { tables, leftOut } = knowledgeOf(['b', '', 'a', 'b'], [1, Number.NaN, Number.NaN, 4]);
    expect(Object.keys(tables.train.columns).sort()).toEqual(['end', 'label', 'latent.age', 'speed']);
    expect(leftOut).toEqual([
      'Classification by label: 25 % of the clips have none, and an analysis needs it of all. `foreframe probe` with --target label leaves those clips out.',
      'Regression of speed: 50 % of the clips have none, and an analysis needs it of all. `foreframe probe` with --target speed leaves those clips out.',
    ]);
  });
});
