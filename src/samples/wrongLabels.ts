import { Random } from '../common/random.js';
import type { SampleData } from './sampleData.js';

/**
 * The data with a share of the labels that may be used replaced by a class drawn at random, which may be the right one, as in published
 * tables of tolerance to wrong labels. Which ones follows from the seed; those of a smaller share are among those of a larger one. The
 * validation and test splits stay as they are.
 */
export function withWrongLabels(data: SampleData, share: number, seed: number): SampleData {
  const random = Random.for(seed, 'wrong labels');
  const drawn = data.labelled.map((place) => ({
    place,
    order: random.uniform(),
    label: random.integer(data.classes.length),
  }));
  const count = Math.round(share * drawn.length);
  const wrong = drawn.sort((a, b) => a.order - b.order || a.place - b.place).slice(0, count);
  const labels = data.train.labels.slice();
  for (const { place, label } of wrong) labels[place] = label;
  const percent = Number((100 * share).toPrecision(3));
  return {
    ...data,
    train: { ...data.train, labels },
    description: `${data.description}, ${percent} % of the labels at random`,
  };
}
