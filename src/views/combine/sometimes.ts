import { ForeframeError } from '../../common/errors.js';
import { copying, shapeText, type View } from '../view.js';

export interface Sometimes<D> {
  /** 1 where the view was taken, by sample. */
  readonly taken: Uint8Array;
  readonly of: D;
}

/**
 * The view for some samples, a copy for the others; draws the view's numbers for all.
 * @param chance 0 … 1, of each sample
 */
export function sometimes<D>(chance: number, view: View<D>): View<Sometimes<D>> {
  return {
    shape(input) {
      const output = view.shape(input);
      const { frames, height, width, channels } = output;
      if (
        frames !== input.frames ||
        height !== input.height ||
        width !== input.width ||
        channels !== input.channels
      )
        throw new ForeframeError(
          `a view that is only sometimes taken has to keep the shape: ${shapeText(input)} would become ${shapeText(output)}`,
        );
      return output;
    },
    start(input, count, random) {
      const taken = new Uint8Array(count);
      const inner = view.start(input, count, random);
      return {
        drawn: { taken, of: inner.drawn },
        draw(sample) {
          taken[sample] = happens(chance, random.uniform()) ? 1 : 0;
          inner.draw(sample);
        },
      };
    },
    work(input, { taken, of }) {
      const work = view.work(input, of);
      const copy = copying(input);
      return (source, from, target, to, sample) =>
        (taken[sample] === 1 ? work : copy)(source, from, target, to, sample);
    },
  };
}

/** The upper part of [0, 1), so that one half is as `integer(2) === 1`. */
export function happens(chance: number, uniform: number): boolean {
  return uniform >= 1 - chance;
}
