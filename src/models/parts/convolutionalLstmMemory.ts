import { convolutionalLstm, convolutionalLstmParameters } from '../../nn/convolutionalLstm.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { Memory } from './memory.js';

export interface ConvolutionalLstmMemoryShape {
  /** Of the maps, which keep their size. */
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
  /** Of each layer, lowest first. */
  readonly channels: readonly number[];
  readonly kernel: number;
}

/**
 * Layers of convolutional LSTM, one on the other: `[batch, time, rows, columns, inputs]` to the activity of the top one. State:
 * `h0`, `c0` and so on, lowest first; latents: `<name>.<layer>.h`.
 */
export function convolutionalLstmMemory(
  name: string,
  { rows, columns, inputs, channels, kernel }: ConvolutionalLstmMemoryShape,
): Memory<Tensor5D> {
  return {
    parameters: (seed) =>
      Object.assign(
        {},
        ...channels.map((count, layer) => {
          const shape = { kernel, inputs: channels[layer - 1] ?? inputs, channels: count };
          return convolutionalLstmParameters(`${name}.${layer}`, shape, seed);
        }),
      ),

    initialState(batch) {
      const state: Named<Tensor> = {};
      channels.forEach((count, layer) => {
        for (const part of ['h', 'c']) state[`${part}${layer}`] = tf.zeros([batch, rows, columns, count]);
      });
      return state;
    },

    watch(parameters, x, before) {
      let output = x;
      const state: Named<Tensor> = {};
      const latents: Named<Tensor> = {};
      channels.forEach((_, layer) => {
        const start = {
          h: tensorOf<Tensor4D>(before, `h${layer}`),
          c: tensorOf<Tensor4D>(before, `c${layer}`),
        };
        const states = convolutionalLstm(parameters, `${name}.${layer}`, output, start);
        output = tf.stack(
          states.map(({ h }) => h),
          1,
        ) as Tensor5D;
        const last = states.at(-1)!;
        state[`h${layer}`] = last.h;
        state[`c${layer}`] = last.c;
        latents[`${name}.${layer}.h`] = output;
      });
      return { output, state, latents };
    },
  };
}
