import { required } from '../../common/required.js';
import { sampleMethodOf } from '../../methods/index.js';
import { teacherOf } from '../../methods/parts/teacher.js';
import { createNetwork, type Network } from '../../models/index.js';
import { parametersOf } from '../../runs/checkpoint.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Entry, Named, ProgramSpec } from '../../tensorflow/spec/program.js';
import { type SampleEngineConfig, sampleProgram } from '../sampleEngine.js';
import { learnedFramewise, watching } from '../watching.js';
import { type ServedProgram, sizedProgram } from './servedProgram.js';

const CLASSIFY = 'Says which class each image, or clip, is of.';
const ENCODE = 'Gives the activations of every layer.';

/**
 * The signatures of a network that learned from images, from images `[batch, h, w, c]` float32 in [0, 1], or from clips
 * `[batch, frames, h, w, c]` where it learned from those:
 * - `classify`, of methods with labels: `logits` and `probabilities` `[batch, classes]`, of the network whose answers count
 * - `encode`: every layer by name and `features`, `[batch, …]`, of clips `[batch, frames, …]`, with what it remembers of the frames
 *   before where it was trained to
 */
export function servedSamples(config: SampleEngineConfig, batch?: number): ServedProgram {
  const answers = sampleMethodOf(config.samples.method).labels === 'some';
  const program = sizedProgram({ batch }, { batch: 1 }, (sizes) =>
    samplesSpec(config, required(sizes, 'batch'), answers),
  );
  return {
    program,
    input: 'images',
    signatures: { ...(answers && { classify: CLASSIFY }), encode: ENCODE },
    about: aboutSamples(config),
  };
}

function samplesSpec(config: SampleEngineConfig, batch: number, answers: boolean): ProgramSpec {
  const { evaluation } = config.samples;
  const samples = { ...config.samples, evaluation: { ...evaluation, batch } };
  const { variables, entries } = sampleProgram({ ...config, samples });
  const test = required(entries, 'evaluate');
  const { height, width, channels } = config.image;
  const time = config.frames === undefined ? [] : [config.frames];
  const inputs = { images: { shape: [batch, ...time, height, width, channels], dtype: 'float32' } } as const;
  const teaches = answers && evaluation.network === 'teacher';
  const network = createNetwork(samples.model, config.image);
  const framewise = learnedFramewise(samples);
  const encode: Entry = {
    inputs,
    run: (given, step) =>
      encoded(
        network,
        teaches ? teacherOf(step.variables) : step.variables,
        required(given, 'images'),
        framewise,
      ),
  };
  const classify: Entry = {
    inputs,
    run(given, step) {
      // The test of a training takes bytes; an encoder takes images as clips of one frame.
      const bytes = tf.mul(required(given, 'images'), 255);
      const tested = test.run(
        { images: tf.reshape(bytes, [...required(test.inputs, 'images').shape]) },
        step,
      );
      const logits = required(tested, teaches ? 'teacherLogits' : 'logits');
      return { logits, probabilities: tf.softmax(logits) };
    },
  };
  return { variables: parametersOf(variables), entries: { ...(answers && { classify }), encode } };
}

function encoded(
  network: Network,
  parameters: Named<Tensor>,
  samples: Tensor,
  framewise: boolean,
): Named<Tensor> {
  if (samples.rank === 5) {
    const model = watching(network, { framewise });
    return model.watch(parameters, samples as Tensor5D, model.initialState(samples.shape[0]!)).latents;
  }
  const { layers, features } = required(network, 'encoder').encode(parameters, samples as Tensor4D);
  return { ...layers, features };
}

function aboutSamples({ image, frames }: SampleEngineConfig): Named<string> {
  const colours = image.channels === 1 ? 'brightness' : 'red, green and blue';
  const sides = frames === undefined ? '' : 'time, ';
  return {
    images: `[batch, ${sides}height, width, channels], ${colours} in [0, 1]`,
    logits: '[batch, classes], unnormalised answers',
    probabilities: '[batch, classes], how likely each class is',
  };
}
