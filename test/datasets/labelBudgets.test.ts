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

/** First 16 digits of the SHA-256 of the places, joined by commas: draws 1 to 5. */
const FROZEN: Record<string, Record<number, string[]>> = {
  mnist: {
    50: ['39405b1f71f40626', '757a932e68262d45', '30c54b6cd1ecd307', 'b620efd4b9ce0ce5', 'c9676603c5e2dbe1'],
    100: ['d803a900006c5b89', '73bc7fdce7420778', '132815d35d6b0674', 'f0c762d6debff604', '878d487561c06b48'],
    250: ['0da5e7eee3656fd9', '49da1e3eebf71c46', '5ec67b0e12d3b5cd', '2bb43a7c13f08c8b', 'b85c9c2b8332e92c'],
    1000: [
      '835eff9059d2d2d8',
      '9770cca30845ff2c',
      '7421f369a6c32d09',
      'bafab9f738cd0148',
      'cb577cc11c86acd2',
    ],
    4000: [
      'adf54f8d854fc729',
      '9ea2efa3918a7109',
      'b5842b362b9af04f',
      'aadef73a0cc55dd2',
      '4e6745c0008dc5ba',
    ],
  },
  'fashion-mnist': {
    50: ['bb0fec5f7ec408cb', 'af125cfc7682166a', 'e9863ad0242d915d', 'c0bd1a7222ac7b73', '9d0ef69c431b2b4c'],
    100: ['1622c52dc5c02b7d', 'd39f170f51070240', '6746259246afed0f', 'd6462e7c20398066', 'c86e7e50d476a52b'],
    250: ['12bc668327404abe', '83af35fc265fd5aa', '0c9cf460bffe49f8', '5607e90b52ca071c', '87c8d9a3cccdef3f'],
    1000: [
      '05ad53a0fbe04ccb',
      'b37b56a9ab6b1cca',
      'a1cc2c06d2c2f621',
      'b4421f7cd7cda490',
      '5643a85b7b9d974b',
    ],
    4000: [
      '15cf4b88e959f52a',
      'c85e9ba51cce06ba',
      'e2dc292224f4a58b',
      '93d345de1f464388',
      'b9eb1bc57a15dbd4',
    ],
  },
  cifar10: {
    50: ['d0cf87dc04131f22', '2369e8645cf66abd', '16f0997e02596c65', '909ea2b19ff59bad', '3a2ff99080b648c5'],
    100: ['6f3886fafa36be41', '185a9976ecece3f8', '68fec4f2f962e540', '5e861be7b2350e23', '69d683edfc7775d2'],
    250: ['de04cd7856d1135e', '1535dbee06eadbab', '325b7020a0f3ff9c', '7cd35128580f8dbf', 'be8628a799d2ed23'],
    1000: [
      'f76a6900ce788f50',
      '8722316915812233',
      '611cb07924274c1b',
      '4bf7cd856a103c01',
      '49e41f654884c456',
    ],
    4000: [
      'bb04857e014eeb11',
      'ad22ff0415415cc4',
      '31c40478ac5b8bc3',
      'cfccbfdbefdcd39d',
      '118e5a14234ac0ba',
    ],
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
      for (const draw of [1, 2, 3, 4, 5]) {
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
