import { Observable } from 'rxjs';
import { Random } from '../common/random.js';

export interface ShuffleOptions {
  /** Items held to choose from; memory is bounded by it. 0 or 1 leaves the order as it is. */
  readonly size: number;
  /** The same seed and input give the same order. */
  readonly seed: number;
}

/** Shuffle a stream through a buffer of `size` items: each newcomer takes the place of a random one, which goes out. */
export function shuffle<T>({ size, seed }: ShuffleOptions): (source: Observable<T>) => Observable<T> {
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
        complete: () => {
          while (held.length > 0) {
            const place = random.integer(held.length);
            const out = held[place]!;
            held[place] = held[held.length - 1]!;
            held.pop();
            subscriber.next(out);
          }
          subscriber.complete();
        },
      });
    });
}
