import { sampleMethodOf } from '../../methods/index.js';
import { teacherOf } from '../../methods/parts/teacher.js';
import { createNetwork, type Network, type VideoModel } from '../../models/index.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Entry, Named, ProgramSpec, Step } from '../../tensorflow/spec/program.js';
import { type SampleEngineConfig, sampleProgram } from '../sampleEngine.js';
import { learnedFramewise, watching } from '../watching.js';

/** A program to serve: its entries are the signatures, all of one input; clients of TF Serving get the first by default. */
export interface ServedProgram {
  readonly spec: ProgramSpec;
  /** Name of the input of all entries. */
  readonly input: 'frames' | 'images';
  /** The first is the default. */
  readonly signatures: readonly string[];
}

/**
 * The signatures of a trained model, from frames `[batch, steps, h, w, c]` float32 in [0, 1] that follow each
 * other from the start of a stream:
 * - `predict`: `prediction`, of the same shape and range: at each step the frame expected next
 * - `encode`: every latent by name, `[batch, steps, …]`
 */
export function servedPredictor(model: VideoModel, batch: number, steps: number): ServedProgram {
  const { height, width, channels } = model.frame;
  const inputs = { frames: { shape: [batch, steps, height, width, channels], dtype: 'float32' } } as const;
  const watch = ({ frames }: Named<Tensor>, { variables }: Step) =>
    model.watch(variables, frames as Tensor5D, model.initialState(batch));
  const predict: Entry = {
    inputs,
    run: (given, step) => ({ prediction: tf.clipByValue(watch(given, step).prediction, 0, 1) }),
  };
  const encode: Entry = { inputs, run: (given, step) => watch(given, step).latents };
  const spec = { variables: model.parameters(0), entries: { predict, encode } };
  return { spec, input: 'frames', signatures: ['predict', 'encode'] };
}

/**
 * The signatures of a network that learned from images, from images `[batch, h, w, c]` float32 in [0, 1], or from clips
 * `[batch, frames, h, w, c]` where it learned from those:
 * - `classify`, of methods with labels: `logits` and `probabilities` `[batch, classes]`, of the network whose answers count
 * - `encode`: every layer by name and `features`, `[batch, …]`, of clips `[batch, frames, …]`, with what it remembers of the frames
 *   before where it was trained to
 */
export function servedSamples(config: SampleEngineConfig, batch: number): ServedProgram {
  const { evaluation, method } = config.samples;
  const samples = { ...config.samples, evaluation: { ...evaluation, batch } };
  const { variables, entries } = sampleProgram({ ...config, samples });
  const test = entries.evaluate!;
  const { height, width, channels } = config.image;
  const time = config.frames === undefined ? [] : [config.frames];
  const inputs = { images: { shape: [batch, ...time, height, width, channels], dtype: 'float32' } } as const;
  const answers = sampleMethodOf(method).labels === 'some';
  const teaches = answers && evaluation.network === 'teacher';
  const network = createNetwork(samples.model, config.image);
  const framewise = learnedFramewise(samples);
  const encode: Entry = {
    inputs,
    run: ({ images }, step) =>
      encoded(network, teaches ? teacherOf(step.variables) : step.variables, images!, framewise),
  };
  const classify: Entry = {
    inputs,
    run({ images }, step) {
      // The test of a training takes bytes; an encoder takes images as clips of one frame.
      const bytes = tf.mul(images!, 255);
      const tested = test.run({ images: tf.reshape(bytes, [...test.inputs.images!.shape]) }, step);
      const logits = tested[teaches ? 'teacherLogits' : 'logits']!;
      return { logits, probabilities: tf.softmax(logits) };
    },
  };
  const served: Named<Entry> = { ...(answers && { classify }), encode };
  return { spec: { variables, entries: served }, input: 'images', signatures: Object.keys(served) };
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
  const { layers, features } = network.encoder!.encode(parameters, samples as Tensor4D);
  return { ...layers, features };
}
