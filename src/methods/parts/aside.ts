import tf, { type Tensor } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';

/**
 * Values that are computed inside a loss and used after it, to log them or to assign them to variables. The tensors of a loss are
 * disposed of when it ends, so `keep` a value inside `step.minimize` and `take` all of them after it.
 */
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
