import type { Tensor } from '../../tensorflow/backend/tf.js';

type Draw = (shape: readonly number[]) => Tensor;

/** Random numbers of one reading of a network, kept so that another reading has the same dropout masks. */
export class Draws {
  readonly #draw: Draw;
  readonly #drawn: Tensor[] = [];

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  /** For one reading: the numbers drawn before, in their order, and new ones beyond them. */
  reading(): Draw {
    let at = 0;
    return (shape) => {
      const place = at++;
      const known = this.#drawn[place];
      if (known) return known;
      const drawn = this.#draw(shape);
      this.#drawn.push(drawn);
      return drawn;
    };
  }
}
