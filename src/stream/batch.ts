import { Observable } from 'rxjs';
import type { Clip } from './clips.js';

/** Clips side by side, `[batch, time, height, width, channels]`, uint8. */
export interface Batch {
  readonly data: Uint8Array;
  readonly shape: readonly [batch: number, time: number, height: number, width: number, channels: number];
  /** The clips in it. Fewer than `shape[0]` only in a padded last batch, where the rest repeats the last clip. */
  readonly clips: readonly Omit<Clip, 'data'>[];
}

export interface BatchOptions {
  /** What to do with a last batch that is not full: leave it out, or fill it by repeating its last clip. */
  readonly last?: 'drop' | 'pad';
  /** Where batches are put, for example `() => ring.take()`; memory of their own by default. */
  readonly storage?: (bytes: number) => Uint8Array;
}

/** Stack `size` clips of one shape into a batch. */
export function batch(
  size: number,
  { last = 'drop', storage = (bytes) => new Uint8Array(bytes) }: BatchOptions = {},
): (source: Observable<Clip>) => Observable<Batch> {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`batch size is ${size}: an integer from 1 on`);
  return (source) =>
    new Observable<Batch>((subscriber) => {
      let waiting: Clip[] = [];
      const emit = () => {
        const full = waiting;
        waiting = [];
        subscriber.next(stack(full, size, storage));
      };
      return source.subscribe({
        next: (clip) => {
          waiting.push(clip);
          if (waiting.length === size) emit();
        },
        error: (error) => subscriber.error(error),
        complete: () => {
          if (last === 'pad' && waiting.length > 0) emit();
          subscriber.complete();
        },
      });
    });
}

function stack(clips: readonly Clip[], size: number, storage: (bytes: number) => Uint8Array): Batch {
  const first = clips[0]!;
  const data = storage(size * first.data.length);
  for (let i = 0; i < size; i++) data.set((clips[i] ?? clips.at(-1)!).data, i * first.data.length);
  return {
    data,
    shape: [size, ...first.shape],
    clips: clips.map(({ shape, source, start, times }) => ({ shape, source, start, times })),
  };
}
