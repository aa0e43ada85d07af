import { ForeframeError } from '../../common/errors.js';
import { frameBytes, shapeText, type View } from '../view.js';

export interface Orders {
  /** Which of the orders was drawn: the target of a puzzle. */
  readonly order: Int32Array;
}

/**
 * A sample's frames in one of several orders, drawn. The frames are cut into `pieces` of as many frames each, and an order names the piece that
 * comes first, second, …: all pieces for a permutation, fewer for a choice.
 * @param orders all of one length, pieces counted from 0: `permutations(4)`, `reversal(8)`, `neighbours()`
 * @param pieces into which the frames can be divided; by default as many as the orders name
 */
export function order(
  orders: readonly (readonly number[])[],
  pieces = Math.max(...orders.flat()) + 1,
): View<Orders> {
  const { length } = orders[0]!;
  return {
    shape(input) {
      if (input.frames % pieces !== 0)
        throw new ForeframeError(`${shapeText(input)} cannot be divided into ${pieces} equal pieces`);
      return { ...input, frames: (length * input.frames) / pieces };
    },
    start(_input, count, random) {
      const chosen = new Int32Array(count);
      return {
        drawn: { order: chosen },
        draw(sample) {
          chosen[sample] = random.integer(orders.length);
        },
      };
    },
    work(input, { order: chosen }) {
      const bytes = (input.frames / pieces) * frameBytes(input);
      return (source, from, target, to, sample) => {
        const piecesInOrder = orders[chosen[sample]!]!;
        for (let place = 0; place < length; place++) {
          const piece = from + piecesInOrder[place]! * bytes;
          target.set(source.subarray(piece, piece + bytes), to + place * bytes);
        }
      };
    },
  };
}

/** Forwards and backwards. */
export function reversal(frames: number): number[][] {
  const forwards = Array.from({ length: frames }, (_, i) => i);
  return [forwards, forwards.toReversed()];
}

/** All n! orders of n pieces, in the order of the alphabet: 24 of 4. */
export function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  const fewer = permutations(n - 1);
  return Array.from({ length: n }, (_, first) =>
    fewer.map((rest) => [first, ...rest.map((piece) => (piece < first ? piece : piece + 1))]),
  ).flat();
}

/** Of 3 × 3 patches, the centre and one of the eight around it, row by row (context prediction, arXiv 1505.05192). */
export function neighbours(): number[][] {
  return [0, 1, 2, 3, 5, 6, 7, 8].map((piece) => [4, piece]);
}
