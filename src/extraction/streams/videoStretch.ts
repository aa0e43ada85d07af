import { UsageError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import type { VideoSource } from '../../video/index.js';

/** What is known of a video beside its frames, by name: goes into each of its rows. */
export type VideoColumns = Readonly<Record<string, string | number>>;

/** A video that is followed from its first frame to its last, or a part of it. */
export interface VideoStretch {
  readonly source: VideoSource;
  /** Seconds from the beginning: the memory is empty there. */
  readonly from?: number;
  /** Seconds from the beginning: what is shown then is no longer watched. */
  readonly to?: number;
  readonly columns?: VideoColumns;
}

/** @throws UsageError in one line for times that are none */
export function checkStretch({ source: { name }, from, to }: VideoStretch): void {
  for (const [key, value] of Object.entries({ from, to }))
    if (value !== undefined && !(Number.isFinite(value) && value >= 0))
      throw new UsageError(`${name}: ${key} is ${value}: give seconds from 0 on`);
  if (to !== undefined && to <= (from ?? 0))
    throw new UsageError(`${name}: to = ${to} s lies not after from = ${from ?? 0} s: give a later one`);
}

/** Names and kinds of the columns of some videos: text as soon as one is text, whole numbers where all are. */
export function columnKinds(
  videos: readonly VideoStretch[],
): ReadonlyMap<string, 'text' | 'whole' | 'optional'> {
  const kinds = new Map<string, 'text' | 'whole' | 'optional'>();
  const names = new Set(videos.flatMap(({ columns = {} }) => Object.keys(columns)));
  for (const name of names) {
    const values = videos.map(({ columns = {} }) =>
      Object.hasOwn(columns, name) ? required(columns, name) : Number.NaN,
    );
    const whole = values.every((value) => typeof value === 'number' && value === (value | 0));
    kinds.set(
      name,
      values.some((value) => typeof value === 'string') ? 'text' : whole ? 'whole' : 'optional',
    );
  }
  return kinds;
}
