import type { Tensor } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';

/** The result of a memory for a stretch of time. */
export interface Remembered<T extends Tensor> {
  /** What is known at each time, `[batch, time, …]`. */
  readonly output: T;
  /** After the last time, by name; the next stretch continues from it. */
  readonly state: Named<Tensor>;
  /** Latents by layer, each `[batch, time, …]`. */
  readonly latents: Named<Tensor>;
}

/** The recurrent part of a model: from the codes of frames to its activity at each of them. */
export interface Memory<X extends Tensor, T extends Tensor = X> {
  /** Parameters before training, by name. */
  parameters(seed: number): Named<HostArray>;
  /** Before the first frame, by name. */
  initialState(batch: number): Named<Tensor>;
  /** Continue from `state` through `x`, `[batch, time, …]`. `state` may hold the memory of other parts too. */
  watch(parameters: Named<Tensor>, x: X, state: Named<Tensor>): Remembered<T>;
}
