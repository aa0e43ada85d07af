import { Observable } from 'rxjs';
import { Random } from '../common/random.js';
import type { Demand } from './demand.js';

export interface ShuffleOptions {
  /** Items held to choose from; memory is bounded by it. 0 or 1 leaves the order as it is. */
  readonly size: number;
  /** The same seed and input give the same order. */
  readonly seed: number;
  /** With it, the items held when the source ends go out one by one as they are wanted, instead of all at once. */
  readonly demand?: Demand;
}

/** Shuffle a stream through a buffer of `size` items: each newcomer takes the place of a random one, which goes out. */
export function shuffle<T>({ size, seed, demand }: ShuffleOptions): (source: Observable<T>) => Observable<T> {
  if (!Number.isInteger(size) || size < 0)
    throw new RangeError(`shuffle size is ${size}: an integer from 0 on`);
  return (source) =>
    new Observable<T>((subscriber) => {
      const random = new Random(seed);
      const held: T[] = [];
      return source.subscribe({
        next: (item) => {
          if (held.length < size) {
            held.push(item);
            return;
          }
          if (size === 0) {
            subscriber.next(item);
            return;
          }
          const place = random.integer(size);
          const out = held[place]!;
          held[place] = item;
          subscriber.next(out);
        },
        error: (error) => subscriber.error(error),
        complete: async () => {
          while (held.length > 0 && !subscriber.closed) {
            subscriber.next(takeAny(held, random));
            if (demand?.held) await demand.ready();
          }
          subscriber.complete();
        },
      });
    });
}

function takeAny<T>(items: T[], random: Random): T {
  const place = random.integer(items.length);
  const out = items[place]!;
  items[place] = items[items.length - 1]!;
  items.pop();
  return out;
}
