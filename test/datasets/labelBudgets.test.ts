import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadCifar10 } from '../../datasets/images/cifar10.js';
import { loadFashionMnist } from '../../datasets/images/fashionMnist.js';
import { LABEL_BUDGETS, labelBudget } from '../../datasets/images/labelBudgets.js';
import { loadLabelledImageSets } from '../../datasets/images/labelledImageSets.js';
import { withValidation } from '../../datasets/images/labelledImages.js';
import { loadMnist } from '../../datasets/images/mnist.js';
import { required } from '../../src/common/required.js';

const loaders = { mnist: loadMnist, 'fashion-mnist': loadFashionMnist, cifar10: loadCifar10 };

/** First 16 digits of the SHA-256 of the places, joined by commas: draws 1, 2 and 3. */
const FROZEN: Record<string, Record<number, string[]>> = {
  mnist: {
    50: ['39405b1f71f40626', '757a932e68262d45', '30c54b6cd1ecd307'],
    100: ['d803a900006c5b89', '73bc7fdce7420778', '132815d35d6b0674'],
    1000: ['835eff9059d2d2d8', '9770cca30845ff2c', '7421f369a6c32d09'],
  },
  'fashion-mnist': {
    100: ['1622c52dc5c02b7d', 'd39f170f51070240', '6746259246afed0f'],
    1000: ['05ad53a0fbe04ccb', 'b37b56a9ab6b1cca', 'a1cc2c06d2c2f621'],
  },
  cifar10: {
    1000: ['f76a6900ce788f50', '8722316915812233', '611cb07924274c1b'],
    4000: ['bb04857e014eeb11', 'ad22ff0415415cc4', '31c40478ac5b8bc3'],
  },
};

const digest = (places: readonly number[]) =>
  createHash('sha256').update(places.join(',')).digest('hex').slice(0, 16);

describe('label budgets', () => {
  it.each(Object.keys(loaders) as (keyof typeof loaders)[])(
    'of %s are balanced, nested and frozen',
    async (dataset) => {
      const { train } = withValidation((await loaders[dataset]()).train);
      const digests: Record<number, string[]> = {};
      for (const draw of [1, 2, 3]) {
        let smaller: number[] = [];
        for (const labels of required(LABEL_BUDGETS, dataset)) {
          const places = labelBudget(train.labels, { dataset, labels, draw, classes: 10 });
          expect(new Set(places).size).toBe(labels);
          // The training part alone: its places end where validation begins.
          expect(places.every((place) => place >= 0 && place < train.count)).toBe(true);
          const counts = Array.from(
            { length: 10 },
            (_, c) => places.filter((p) => train.labels[p] === c).length,
          );
          expect(counts).toEqual(new Array(10).fill(labels / 10));
          expect(smaller.every((place) => places.includes(place))).toBe(true);
          smaller = places;
          digests[labels] = [...(digests[labels] ?? []), digest(places)];
        }
      }
      expect(digests).toEqual(FROZEN[dataset]);
    },
    600_000,
  );

  it('come with the fixed validation and test parts', async () => {
    const sets = await loadLabelledImageSets({ dataset: 'mnist', labels: 50, draw: 1 });
    expect([sets.train.count, sets.labelled.length, sets.validation.count, sets.test.count]).toEqual([
      55_000, 50, 5_000, 10_000,
    ]);
    const all = await loadLabelledImageSets({ dataset: 'mnist', labels: 'all', draw: 1 });
    expect(all.labelled.length).toBe(55_000);
  });

  it('that cannot be are refused in a line', async () => {
    const load = (choice: object) =>
      loadLabelledImageSets({ dataset: 'mnist', labels: 100, draw: 1, ...choice });
    await expect(load({ labels: 105 })).rejects.toThrow(/data\.labels: 105 labels cannot be shared equally/);
    await expect(load({ labels: 60_000 })).rejects.toThrow(/data\.labels: mnist has \d+ images of class 0/);
    await expect(load({ dataset: 'mnits' })).rejects.toThrow(/data\.dataset: .*did you mean mnist\?/);
  });
});
