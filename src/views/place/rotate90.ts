import { ForeframeError } from '../../common/errors.js';
import { apply } from '../see.js';
import { type SampleShape, type Samples, sampleBytes, shapeText, type View } from '../view.js';
import { gather, tableOf } from './gather.js';

export interface Turns {
  /** Quarter turns against the clock, as of `numpy.rot90`: the target of rotation prediction. */
  readonly turns: Int32Array;
}

/**
 * Turned by a right angle, so many times as is drawn: pixels change place only, so that no interpolation gives the angle away
 * (Gidaris et al. 2018, arXiv 1803.07728).
 * @param choices quarter turns to draw from, 0 … 3; samples that are not square can be turned by 0 and 2 only
 */
export function rotate90(choices: readonly number[] = [0, 1, 2, 3]): View<Turns> {
  return {
    shape(input) {
      if (input.height !== input.width && choices.some((turns) => turns % 2 === 1))
        throw new ForeframeError(
          `${shapeText(input)} are not square: a quarter turn would change their shape; take turns of 0 and 2 only`,
        );
      return input;
    },
    start(_input, count, random) {
      const turns = new Int32Array(count);
      return {
        drawn: { turns },
        draw(sample) {
          turns[sample] = choices[random.integer(choices.length)]!;
        },
      };
    },
    work(input, { turns }) {
      const tables = [0, 1, 2, 3].map((by) => turned(input, by));
      return gather(input, input, (sample) => tables[turns[sample]!]!);
    },
  };
}

function turned(input: SampleShape, by: number): Int32Array {
  const { height, width } = input;
  return tableOf(input, (y, x) => {
    if (by === 0) return y * width + x;
    if (by === 1) return x * width + width - 1 - y;
    if (by === 2) return (height - 1 - y) * width + width - 1 - x;
    return (height - 1 - x) * width + y;
  });
}

/**
 * All four turns of every sample: `[4 · count, …]`, first all as they are, and the turns of each, the target.
 * @param into `4 · count` samples
 */
export function allTurns(samples: Samples, into?: Uint8Array): { samples: Samples; turns: Int32Array } {
  const view = rotate90();
  const bytes = samples.count * sampleBytes(samples);
  const data = into ?? new Uint8Array(4 * bytes);
  const turns = Int32Array.from({ length: 4 * samples.count }, (_, i) => Math.floor(i / samples.count));
  for (let by = 0; by < 4; by++)
    apply(
      view,
      samples,
      { turns: turns.subarray(by * samples.count, (by + 1) * samples.count) },
      data.subarray(by * bytes, (by + 1) * bytes),
    );
  return { samples: { ...samples, count: 4 * samples.count, data }, turns };
}
