import { Observable } from 'rxjs';
import type { Demand } from '../stream/index.js';
import type { SurpriseEvent } from '../surprise/index.js';
import { type WatchAllOptions, watchAll } from './surprising/watchAll.js';
import type { SeenFrame, SourceEnd } from './surprising/watchVideo.js';

export interface SurpriseOptions extends WatchAllOptions {
  /** Holds the videos while somebody downstream has enough to do. */
  readonly demand?: Demand;
}

/** What is heard while videos are watched; `source` says of which. */
export type SurpriseSignal = { readonly source: string } & (
  | {
      readonly kind: 'score';
      /** Number of the frame in its video, from 0. */
      readonly frame: number;
      /** Seconds from the beginning of its video. */
      readonly time: number;
      /** Mean squared error per pixel value of what was expected, in [0, 1]. */
      readonly error: number;
      /** The usual error: the median of those of the last `window` frames; NaN where there is none yet. */
      readonly usual: number;
      /** Robust standard deviations above the usual error; below 0: less happens than usual. */
      readonly score: number;
    }
  | { readonly kind: 'began' | 'ended'; readonly event: SurpriseEvent }
  /** The video is over. */
  | { readonly kind: 'end'; readonly frames: number }
);

/**
 * When did something unusual happen? Watches videos with a trained network and says, frame by frame, how far the error of its
 * prediction lies above what is usual for that camera, and which events that makes, each at the frame where it begins. Files are
 * watched one after the other, live inputs at the same time. Cold: each subscriber watches anew; unsubscribing stops it. Memory does
 * not grow.
 * @param run run folder @param videos files, folders, patterns, image sequences or ffmpeg inputs
 * @throws (as the Observable's error) UsageError for a setting that is wrong, ForeframeError when there is no run or a video
 * cannot be read, InterruptedError when `signal` was aborted before all files were over
 */
export function surprise(
  run: string,
  videos: string | readonly string[],
  { demand, ...options }: SurpriseOptions = {},
): Observable<SurpriseSignal> {
  return new Observable<SurpriseSignal>((subscriber) => {
    const cancel = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, cancel.signal]) : cancel.signal;
    const named = typeof videos === 'string' ? [videos] : videos;
    const watching = watchAll(run, named, { ...options, signal }, async ({ source, seen }) => {
      for await (const each of seen) {
        for (const heard of signalsOf(each, source.name)) subscriber.next(heard);
        if (demand?.held) await demand.ready(cancel.signal);
      }
    });
    watching.then(
      () => subscriber.complete(),
      (error) => {
        // After unsubscribing, the abort itself surfaces here: nobody is left to hear it.
        if (!subscriber.closed) subscriber.error(error);
      },
    );
    return () => cancel.abort();
  });
}

/** What a frame, or the end of a video, means in words of the library. */
export function signalsOf(seen: SeenFrame | SourceEnd, source: string): SurpriseSignal[] {
  const events = seen.happenings.flatMap(({ kind, event }): SurpriseSignal[] =>
    kind === 'peak' ? [] : [{ source, kind, event }],
  );
  if (seen.kind === 'end') return [...events, { source, kind: 'end', frames: seen.frames }];
  if (!seen.measured) return events;
  const { error, usual, score } = seen.measured;
  const { index: frame, time } = seen.frame;
  return [{ source, kind: 'score', frame, time, error, usual, score }, ...events];
}
