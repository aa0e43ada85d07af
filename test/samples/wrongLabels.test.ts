import { describe, expect, it } from 'vitest';
import { loadSampleConfig } from '../../src/config/loadConfig.js';
import { sampleData } from '../../src/library/sources/sampleData.js';
import type { SampleData } from '../../src/samples/sampleData.js';
import { withWrongLabels } from '../../src/samples/wrongLabels.js';

const set = (count: number) => ({
  ...{ count, side: 1, channels: 1, images: new Uint8Array(count) },
  labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
});
const data: SampleData = {
  description: 'digits',
  classes: Array.from({ length: 10 }, (_, i) => `${i}`),
  train: set(5_000),
  labelled: Array.from({ length: 1_000 }, (_, i) => 4 * i),
  validation: set(100),
  test: set(100),
};
const changed = (share: number, seed = 1) => {
  const { labels } = withWrongLabels(data, share, seed).train;
  return [...labels.keys()].filter((place) => labels[place] !== data.train.labels[place]);
};

describe('wrong labels', () => {
  it('are as many as the share says, one in ten of them right by chance, among those that may be used', () => {
    for (const share of [0.2, 0.5, 0.8, 0.9]) {
      const places = changed(share);
      expect(places.length / 1_000).toBeCloseTo(0.9 * share, 1);
      expect(places.every((place) => data.labelled.includes(place))).toBe(true);
    }
    expect(changed(0)).toEqual([]);
  });

  it('follow from the seed, and those of a smaller share are among those of a larger one', () => {
    expect(changed(0.5)).toEqual(changed(0.5));
    expect(changed(0.5, 2)).not.toEqual(changed(0.5));
    const larger = new Set(changed(0.5));
    expect(changed(0.2).every((place) => larger.has(place))).toBe(true);
  });

  it('are never in validation or test, and the run says of how many it learned', async () => {
    const { validation, test, train, description } = withWrongLabels(data, 0.8, 1);
    expect([validation, test]).toEqual([data.validation, data.test]);
    expect(train.images).toBe(data.train.images);
    expect(data.train.labels).toEqual(set(5_000).labels);
    expect(description).toBe('digits, 80 % of the labels at random');
    const load = async (...settings: string[]) =>
      sampleData(await loadSampleConfig('pipelines/classify-mnist-100-labels-nrm.yaml', settings));
    const [clean, wrong] = [await load(), await load('data.wrongLabels=0.5')];
    const differing = [...wrong.train.labels.keys()].filter(
      (place) => wrong.train.labels[place] !== clean.train.labels[place],
    );
    expect(differing.length).toBeGreaterThan(30);
    expect(differing.every((place) => clean.labelled.includes(place))).toBe(true);
    expect(wrong.test.labels).toEqual(clean.test.labels);
    expect(wrong.description).toMatch(/50 % of the labels at random$/);
  });
});
