import { z } from 'zod';
import { required } from '../common/required.js';
import { linearHead } from '../models/index.js';
import { crossEntropy } from '../objectives/answers/crossEntropy.js';
import { type ClassifiedImages, gather, samplesOf } from '../samples/sampleData.js';
import { ShuffledPasses } from '../samples/shuffledPasses.js';
import tf, { type Tensor4D } from '../tensorflow/backend/tf.js';
import { entryOf } from '../tensorflow/spec/entry.js';
import { inputShape } from '../tensorflow/spec/inputShape.js';
import { allTurns } from '../views/index.js';
import type { SampleMethod } from './method.js';
import { Aside } from './parts/aside.js';
import { decayAfter, followBatch, STATISTICS_DECAY } from './parts/movingStatistics.js';
import { unlabelledImagesConflict } from './parts/unlabelledImages.js';

/** Quarter turns: 0°, 90°, 180° and 270°. */
const TURNS = 4;

const settings = z.strictObject({ name: z.literal('rotation') });

/** Predict by how much an image was turned. The network has to learn what an upright image looks like. */
export const rotation: SampleMethod<typeof settings> = {
  name: 'rotation',
  about: 'Predict by which of four quarter turns an image was turned; no labels are needed.',
  source: 'Gidaris, Singh & Komodakis 2018, arXiv 1803.07728',
  samples: 'images',
  labels: 'none',
  needs: ['encoder'],
  settings,
  conflict: (_, pipeline) => unlabelledImagesConflict(pipeline),

  build({ network, image, seed, batch, training: { unlabelled, optimizer, clipNorm } }) {
    const encoder = required(network, 'encoder');
    const head = linearHead('rotation', encoder.features, TURNS);
    const { height, width, channels } = image;
    const inputs = (count: number) =>
      ({
        images: { shape: [count * TURNS, height, width, channels], dtype: 'uint8' },
        turns: { shape: [count * TURNS], dtype: 'int32' },
      }) as const;
    return {
      variables: { ...encoder.parameters(seed), ...head.parameters(seed) },
      entries: {
        train: entryOf(
          { ...inputs(unlabelled), learningRate: scalar, statisticsDecay: scalar },
          ({ images, turns, learningRate, statisticsDecay }, step) => {
            const x = tf.div<Tensor4D>(images, 255);
            const batchMoments = new Aside();
            const loss = () => {
              const { features, moments } = encoder.encode(step.variables, x, {
                training: true,
                randomUniform: (shape) => step.randomUniform(shape),
              });
              for (const [name, value] of Object.entries(moments)) batchMoments.keep(name, value);
              return crossEntropy(head.apply(step.variables, features), turns);
            };
            // Statistics follow the batches (`followBatch`); they have no gradient.
            const variables = Object.keys(step.variables).filter(
              (name) => !encoder.statistics.includes(name),
            );
            const moved = step.minimize(loss, { optimizer, clipNorm, learningRate, variables });
            followBatch(step, batchMoments.take(), statisticsDecay);
            return moved;
          },
        ),
        evaluate: entryOf(inputs(batch), ({ images, turns }, { variables }) => {
          const { features } = encoder.encode(variables, tf.div<Tensor4D>(images, 255));
          const answers = tf.argMax(head.apply(variables, features), 1);
          return { right: tf.cast(tf.equal(answers, turns), 'float32') };
        }),
      },
      seed,
    };
  },

  batches({ data, seed, training: { unlabelled } }) {
    const passes = new ShuffledPasses(data.train.count, seed, 'unlabelled');
    return {
      seen: (steps) => steps * unlabelled,
      batch: (step) => ({
        entry: 'train',
        feeds: {
          ...turned(data.train, passes.take(step * unlabelled, unlabelled)),
          statisticsDecay: decayAfter(step, STATISTICS_DECAY),
        },
      }),
    };
  },

  async validate(runner, set) {
    const batch = inputShape(runner.inputs, 'evaluate', 'images')[0] / TURNS;
    let right = 0;
    for (let start = 0; start < set.count; start += batch) {
      // A last batch that is not full repeats its last image, which is not counted.
      const places = Array.from({ length: batch }, (_, i) => Math.min(start + i, set.count - 1));
      const answers = await runner.run('evaluate', turned(set, places));
      const present = Math.min(batch, set.count - start);
      // First all images as they are, then all turned once, and so on.
      required(answers, 'right').data.forEach((value, at) => {
        if (at % batch < present) right += value;
      });
    }
    const error = 100 * (1 - right / (TURNS * set.count));
    return {
      error,
      figures: { validationTask: error },
      text: `${error.toFixed(2)} % of the turns wrong`,
    };
  },
};

const scalar = { shape: [], dtype: 'float32' } as const;

/** Each image in all four turns, and the turn of each. Pixels only change places: interpolation would give the turn away. */
function turned(set: ClassifiedImages, places: readonly number[]) {
  const { samples, turns } = allTurns(samplesOf(set, gather(set, places)));
  return { images: samples.data, turns };
}
