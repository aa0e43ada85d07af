import { required } from '../../common/required.js';
import type { VideoModel } from '../../models/videoModel.js';
import tf, { type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Entry, Named } from '../../tensorflow/spec/program.js';

/** One frame `[batch, 1, h, w, c]` float32 and the memory → the next frame, limited to [0, 1], and the memory. */
export function advanceEntry(model: VideoModel, batch: number): Entry {
  const { height, width, channels } = model.frame;
  const memory = tf.tidy(() =>
    Object.entries(model.initialState(batch)).map(
      ([name, tensor]) => [`memory.${name}`, tensor.shape] as const,
    ),
  );
  return {
    inputs: {
      frame: { shape: [batch, 1, height, width, channels], dtype: 'float32' },
      ...Object.fromEntries(memory.map(([name, shape]) => [name, { shape, dtype: 'float32' as const }])),
    },
    run: (inputs, step) => {
      const state: Named<Tensor> = {};
      for (const [name] of memory) state[name.slice('memory.'.length)] = required(inputs, name);
      const outlook = model.watch(step.variables, inputs.frame as Tensor5D, state);
      const outputs: Named<Tensor> = { frame: tf.clipByValue(outlook.prediction, 0, 1) };
      for (const [name, tensor] of Object.entries(outlook.state)) outputs[`memory.${name}`] = tensor;
      return outputs;
    },
  };
}
