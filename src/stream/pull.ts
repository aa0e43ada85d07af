import type { Observable } from 'rxjs';
import type { Demand } from './demand.js';

/**
 * Listen to an Observable by pulling. At most `prefetch` items are outstanding at a time, the one the caller works on
 * included, as long as no operator upstream emits several items for one (`shuffle` without a demand does when its source
 * ends). Leaving the loop unsubscribes.
 *
 * @param demand the demand that the source of `source` was made with
 * @param prefetch items to have ready or in work; 1 means that nothing is prepared while the caller works
 */
export async function* pull<T>(
  source: Observable<T>,
  demand: Demand,
  { prefetch = 2 }: { prefetch?: number } = {},
): AsyncGenerator<T, void, undefined> {
  const queue: T[] = [];
  let inWork = 0;
  let release: (() => void) | undefined;
  let ended = false;
  let failure: { error: unknown } | undefined;
  let wake = () => {};

  const balance = () => {
    const enough = queue.length + inWork >= prefetch;
    if (enough) release ??= demand.hold();
    else {
      release?.();
      release = undefined;
    }
  };
  const subscription = source.subscribe({
    next: (item) => {
      queue.push(item);
      balance();
      wake();
    },
    error: (error) => {
      failure = { error };
      wake();
    },
    complete: () => {
      ended = true;
      wake();
    },
  });

  try {
    while (true) {
      if (queue.length > 0) {
        inWork = 1;
        yield queue.shift()!;
        inWork = 0;
        balance();
      } else if (failure) throw failure.error;
      else if (ended) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    subscription.unsubscribe();
    release?.();
  }
}
