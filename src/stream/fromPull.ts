import { Observable } from 'rxjs';
import type { Demand } from './demand.js';

/** Opens a source of items; `signal` is aborted when the last subscriber leaves. */
export type Pullable<T> = (signal: AbortSignal) => AsyncIterable<T> | Iterable<T>;

/**
 * A cold Observable that pulls its items one by one and waits, between two of them, until `demand` has no hold.
 * Unsubscribing aborts the source's signal and closes its iterator: an ffmpeg behind it is killed.
 */
export function fromPull<T>(open: Pullable<T>, demand: Demand): Observable<T> {
  return new Observable<T>((subscriber) => {
    const cancel = new AbortController();
    const emitAll = async () => {
      for await (const item of open(cancel.signal)) {
        subscriber.next(item);
        if (demand.held) await demand.ready(cancel.signal);
        if (subscriber.closed) return;
      }
      subscriber.complete();
    };
    emitAll().catch((error) => {
      // After unsubscribing, the abort arrives here as an error. No subscriber is left to receive it.
      if (!subscriber.closed) subscriber.error(error);
    });
    return () => cancel.abort();
  });
}
