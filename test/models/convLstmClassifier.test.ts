import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { gatedClassifier } from '../../src/methods/classification/clipClassifier.js';
import { clipClassifierProgram } from '../../src/methods/classification/clipClassifierProgram.js';
import { nrmObjectivesConfig } from '../../src/methods/settings/nrmObjectives.js';
import { convLstmClassifier, convLstmClassifierConfig } from '../../src/models/convLstmClassifier.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor5D } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';

const native = (await loadTensorFlow({ precision: 'full' })).backend === 'tensorflow';
const image = { height: 9, width: 8, channels: 1 };
const config = convLstmClassifierConfig.parse({
  name: 'conv-lstm-classifier',
  filters: [4, 5],
  channels: 3,
  classes: 3,
});
const model = convLstmClassifier(config, image);
const sizes = { labelled: 2, unlabelled: 3, batch: 4, frames: 3 };

function spec(objectives: object) {
  return clipClassifierProgram(gatedClassifier(model), 1, sizes, {
    objectives: nrmObjectivesConfig.parse(objectives),
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999 },
    pseudoLabelThreshold: 0.3,
  });
}

/** Noise; of the two labelled clips, which are of classes 0 and 2, the second is brighter. */
function* feeds(steps: number) {
  const random = new Random(4);
  const size = sizes.frames * 72;
  const clips = (count: number) =>
    Uint8Array.from({ length: count * size }, (_, i) => random.integer(128) + (i < size ? 0 : 128));
  for (let step = 0; step < steps; step++)
    yield {
      labelled: clips(sizes.labelled),
      labels: Int32Array.from([0, 2]),
      unlabelled: clips(sizes.unlabelled),
      learningRate: 0.01,
      ramp: 0.7,
      teacherDecay: 0.9,
      statisticsDecay: 0.99,
    };
}

function train(objectives: object, mode: 'graph' | 'eager', steps: number) {
  const made = compile(spec(objectives), { mode });
  const said = [...feeds(steps)].map((feed) =>
    Object.fromEntries(Object.entries(made.run('train', feed)).map(([name, { data }]) => [name, data[0]!])),
  );
  made.dispose();
  return said;
}

describe('a convolutional LSTM that classifies clips', () => {
  it('answers after each frame from the frames so far', () => {
    const answers = (change: number) =>
      tf.tidy(() => {
        const parameters = Object.fromEntries(
          Object.entries(model.parameters(1)).map(([name, { shape, data }]) => [
            name,
            tf.tensor(data as Float32Array, [...shape]),
          ]),
        );
        const clip = tf.tensor(
          Float32Array.from({ length: 3 * 72 }, (_, i) => ((i * 7) % 11) / 11),
          [1, 3, 9, 8, 1],
        );
        const last = tf.concat([tf.zeros([1, 2, 9, 8, 1]), tf.fill([1, 1, 9, 8, 1], change)], 1);
        return model
          .answers(parameters, tf.add(clip, last) as Tensor5D)
          .map((each) => Array.from(each.dataSync()));
      });
    const [before, after] = [answers(0), answers(0.5)];
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]).not.toEqual(before[2]);
    expect(before[1]).not.toEqual(before[0]);
  });

  it('says compiled what it says op by op', () => {
    if (!native) return;
    const all = { kl: 0.1, entropy: 0.3, consistency: 5, pseudoLabel: 0.5, classBalance: 0.3 };
    const [graph, eager] = [train(all, 'graph', 3), train(all, 'eager', 3)];
    graph.forEach((numbers, step) => {
      for (const name of ['crossEntropy', ...Object.keys(all)])
        expect(numbers[name], `${name}, step ${step + 1}`).toBeCloseTo(required(eager[step]!, name), 5);
    });
  });

  it('learns from labels', () => {
    const losses = train({}, native ? 'graph' : 'eager', 60).map(({ crossEntropy }) => crossEntropy!);
    expect(losses.at(-1)!).toBeLessThan(0.6 * losses[0]!);
  });

  it('refuses frames that are too small for its poolings', () => {
    const tiny = { height: 3, width: 3, channels: 1 };
    expect(() => convLstmClassifier(config, tiny)).toThrow(/3×3 is too small for 2 poolings/);
  });
});
