import type { Recorded } from './probe.js';

/** Milliseconds after a cut in which an event counts as its mark: at a low rate the next frames are that late. */
const SOON = 2000;
/** Milliseconds around a cut that say nothing about what was learned. */
const AROUND = 1000;
/** Seconds in which frames have no score yet. */
const WARM_UP_FRAMES = 26;

/** How a network did from nothing. */
export interface Course {
  readonly seconds: number;
  /** Error over that of copy-last in stretches of 20 seconds, cuts left out. */
  readonly ratios: readonly number[];
  readonly cuts: number;
  readonly marked: number;
  readonly falseEvents: number;
}

/** @param seconds how much of the beginning counts */
export function courseOf({ seen, scenes }: Recorded, seconds: number): Course {
  const start = seen[0]?.[0] ?? 0;
  const end = start + 1000 * seconds;
  const scored = seen[WARM_UP_FRAMES]?.[0] ?? end;
  const all = scenes.slice(1).map(([time]) => time);
  const cuts = all.filter((time) => time > scored && time < end - SOON);
  const events = seen.filter(([time, , , began]) => began === 1 && time < end).map(([time]) => time);
  const marks = (cut: number, event: number) => event >= cut && event < cut + SOON;
  const quiet = seen.filter(([time]) => !all.some((cut) => time >= cut && time < cut + AROUND));
  const ratios: number[] = [];
  for (let from = start; from < end; from += 20_000) {
    const part = quiet.filter(([time]) => time >= from && time < from + 20_000);
    const sum = (column: 1 | 2) => part.reduce((total, row) => total + row[column], 0);
    ratios.push(sum(1) / sum(2));
  }
  return {
    seconds,
    ratios,
    cuts: cuts.length,
    marked: cuts.filter((cut) => events.some((event) => marks(cut, event))).length,
    falseEvents: events.filter((event) => !all.some((cut) => marks(cut, event))).length,
  };
}
