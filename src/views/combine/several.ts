import type { Random } from '../../common/random.js';
import { fork } from '../fork.js';
import { type Seen, see } from '../see.js';
import { type DrawnOf, type Samples, sampleBytes, shapeOf, type View } from '../view.js';

/** Views by name, of the same samples. */
export type SeenEach<V extends Readonly<Record<string, View>>> = {
  -readonly [K in keyof V]: Seen<DrawnOf<V[K]>>;
};

/**
 * Several views of each sample, one independent of the other.
 * @returns a function of batch, random numbers and, where wanted, a buffer for all views, one behind the other: `[n, count, …]`
 */
export function several<D>(
  n: number,
  view: View<D>,
): (samples: Samples, random: Random, into?: Uint8Array) => Seen<D>[] {
  return (samples, random, into) => {
    const bytes = samples.count * sampleBytes(view.shape(shapeOf(samples)));
    const all = into ?? new Uint8Array(n * bytes);
    if (all.length !== n * bytes)
      throw new RangeError(`the output buffer has ${all.length} bytes instead of ${n * bytes}`);
    return Array.from({ length: n }, (_, i) =>
      see(view, samples, fork(random, `view/${i}`), all.subarray(i * bytes, (i + 1) * bytes)),
    );
  };
}

/** One view for each name, as `student` and `teacher`, or `weak` and `strong`; each has a stream of its name. */
export function each<const V extends Readonly<Record<string, View>>>(
  views: V,
): (samples: Samples, random: Random, into?: { readonly [K in keyof V]?: Uint8Array }) => SeenEach<V> {
  return (samples, random, into) =>
    Object.fromEntries(
      Object.entries(views).map(([name, view]) => [
        name,
        see(view, samples, fork(random, `view/${name}`), into?.[name]),
      ]),
    ) as SeenEach<V>;
}
