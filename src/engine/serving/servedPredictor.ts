import { required } from '../../common/required.js';
import type { VideoModel } from '../../models/index.js';
import tf, { type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Entry, Named, ProgramSpec } from '../../tensorflow/spec/program.js';
import { MEMORY, memoryInputs } from '../encodeProgram.js';
import { type ChosenSizes, type ServedProgram, sizedProgram } from './servedProgram.js';

/** How the outputs end that carry what a model remembers: inputs and outputs share no name in ONNX. */
const NEXT = '_next';

/** Names that go in are those of parameters in Python: TensorFlow renames any with a dot, and warns. */
function servedName(memory: string): string {
  return memory.replaceAll('.', '_');
}

const SIGNATURES = {
  predict: 'Watches frames from the start of a stream and expects the frame after each.',
  encode: 'Watches frames from the start of a stream and gives the activations of every layer.',
  step: 'Watches one frame, with the memory of those before, and expects the next.',
} as const;

/**
 * The signatures of a trained model. Frames are float32 in [0, 1]:
 * - `predict`: from `frames` `[batch, time, h, w, c]` that follow each other from the start of a stream `prediction`, of the same
 *   shape and range: at each time the frame expected next
 * - `encode`: from the same every latent by name, `[batch, time, …]`
 * - `step`: from one `frame` `[batch, h, w, c]` and what is remembered of those before, `memory_<name>` (zeros at the start of a
 *   stream), `prediction`, the frame expected next, and what to remember, `memory_<name>_next`
 * @param steps frames of each stream where their number has to be fixed and is not chosen
 */
export function servedPredictor(model: VideoModel, chosen: ChosenSizes, steps: number): ServedProgram {
  const variables = model.parameters(0);
  const program = sizedProgram(chosen, { batch: 1, time: steps }, (sizes) => ({
    variables,
    entries: predictorEntries(model, required(sizes, 'batch'), required(sizes, 'time')),
  }));
  return { program, input: 'frames', signatures: SIGNATURES, about: aboutPredictor(model) };
}

function predictorEntries(model: VideoModel, batch: number, time: number): ProgramSpec['entries'] {
  const { height, width, channels } = model.frame;
  const frames = { shape: [batch, time, height, width, channels], dtype: 'float32' } as const;
  const frame = { shape: [batch, height, width, channels], dtype: 'float32' } as const;
  const watch = ({ frames: given }: Named<Tensor>, parameters: Named<Tensor>) =>
    model.watch(parameters, given as Tensor5D, model.initialState(batch));
  const predict: Entry = {
    inputs: { frames },
    run: (given, { variables }) => ({ prediction: shown(watch(given, variables).prediction) }),
  };
  const encode: Entry = {
    inputs: { frames },
    run: (given, { variables }) => watch(given, variables).latents,
  };
  const memory = Object.entries(memoryInputs(model, batch));
  const step: Entry = {
    inputs: { frame, ...Object.fromEntries(memory.map(([name, spec]) => [servedName(name), spec])) },
    run(given, { variables }) {
      const before = memory.map(([name]) => [name.slice(MEMORY.length), required(given, servedName(name))]);
      const single = tf.reshape(required(given, 'frame'), [batch, 1, height, width, channels]) as Tensor5D;
      const { prediction, state } = model.watch(variables, single, Object.fromEntries(before));
      const outputs: Named<Tensor> = { prediction: tf.reshape(shown(prediction), [...frame.shape]) };
      for (const [name, tensor] of Object.entries(state)) outputs[servedName(MEMORY + name) + NEXT] = tensor;
      return outputs;
    },
  };
  return { predict, encode, step };
}

function shown<T extends Tensor>(prediction: T): T {
  return tf.clipByValue(prediction, 0, 1);
}

function aboutPredictor(model: VideoModel): Named<string> {
  const colours = model.frame.channels === 1 ? 'brightness' : 'red, green and blue';
  const about: Named<string> = {
    frames: `[batch, time, height, width, channels], ${colours} in [0, 1]: frames that follow each other from the start of a stream`,
    frame: `[batch, height, width, channels], ${colours} in [0, 1]: the next frame of a stream`,
    prediction: 'the frame that is expected next, in [0, 1]',
  };
  for (const name of Object.keys(memoryInputs(model, 1)).map(servedName)) {
    about[name] =
      `what is remembered of the frames before: zeros at the start of a stream, then ${name}${NEXT}`;
    about[`${name}${NEXT}`] = `what to remember, for ${name} of the next step`;
  }
  return about;
}
