import type { Named } from '../tensorflow/program.js';
import tf, { type Tensor } from '../tensorflow/tf.js';

/** Values computed inside a loss that are wanted after it: a loss's own tensors are gone when it is done. */
export class Aside {
  readonly #kept: Named<Tensor> = {};

  keep<T extends Tensor>(name: string, value: T): T {
    this.#kept[name] = tf.keep(value.clone());
    return value;
  }

  /** The values, now the caller's. */
  take(): Named<Tensor> {
    return Object.fromEntries(
      Object.entries(this.#kept).map(([name, value]) => {
        const own = value.clone();
        value.dispose();
        return [name, own];
      }),
    );
  }
}
