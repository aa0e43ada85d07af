import { Observable } from 'rxjs';
import type { Demand } from './demand.js';
import { pull } from './pull.js';

/**
 * `concatMap` with backpressure: one asynchronous `work` at a time, in order, with at most `ahead` items outstanding
 * before the source is stopped through `demand`.
 */
export function mapAsync<T, R>(
  work: (item: T) => Promise<R>,
  demand: Demand,
  { ahead = 2 }: { ahead?: number } = {},
): (source: Observable<T>) => Observable<R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      const items = pull(source, demand, { prefetch: ahead });
      const run = async () => {
        for await (const item of items) {
          if (subscriber.closed) return;
          subscriber.next(await work(item));
        }
        subscriber.complete();
      };
      run().catch((error) => subscriber.error(error));
      return () => void items.return();
    });
}
