import { lstm, lstmParameters } from '../../nn/lstm.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor } from '../../tensorflow/backend/tf.js';
import type { Memory } from './memory.js';

/**
 * An LSTM over vectors, `[batch, time, inputs]` to its activity `[batch, time, units]`. State: `h` and `c`, `[batch, units]`;
 * latents: `<name>.h` and `<name>.c`.
 */
export function lstmMemory(name: string, inputs: number, units: number): Memory<tf.Tensor3D> {
  return {
    parameters: (seed) => lstmParameters(name, inputs, units, seed),

    initialState: (batch) => ({ h: tf.zeros([batch, units]), c: tf.zeros([batch, units]) }),

    watch(parameters, x, state) {
      const states = lstm(parameters, name, x, { h: tensorOf(state, 'h'), c: tensorOf(state, 'c') });
      const overTime = (tensors: Tensor[]) => tf.stack(tensors, 1) as tf.Tensor3D;
      const output = overTime(states.map(({ h }) => h));
      const { h, c } = states.at(-1)!;
      return {
        output,
        state: { h, c },
        latents: { [`${name}.h`]: output, [`${name}.c`]: overTime(states.map((each) => each.c)) },
      };
    },
  };
}
