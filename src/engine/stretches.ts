/**
 * Frames that a model watches at once, at most, when it is looked into: the graph of more steps would take long to build, and
 * the activations of all of them would not fit in memory. What it remembers goes on from one stretch to the next.
 */
export const LONGEST_STRETCH = 32;

/** What is asked of a model about one stretch of each clip: one entry of the program for each kind. */
export interface StretchKind {
  readonly entry: string;
  /** Starts from an empty memory. */
  readonly first: boolean;
  readonly frames: number;
  /** Times whose activations it gives, from 1, ascending, within the stretch; none where it only goes on. */
  readonly times: readonly number[];
}

/** Some frames of a clip, one after the other. */
export interface Stretch {
  readonly kind: StretchKind;
  /** Frames of the clip before it. */
  readonly start: number;
  /** Places, among the kind's times, of those that are wanted. */
  readonly wanted: readonly number[];
}

/** Entries of a program at most: for times in no order every stretch would be of its own kind. */
const MOST_KINDS = 6;

/**
 * Clips up to the last of some times, in stretches.
 * @param times from 1, ascending
 */
export function stretchesOf(times: readonly number[], longest: number = LONGEST_STRETCH): Stretch[] {
  const frames = times.at(-1)!;
  if (frames <= longest) {
    const kind = { entry: 'encode', first: true, frames, times };
    return [{ kind, start: 0, wanted: times.map((_, i) => i) }];
  }
  const rest = frames % longest || longest;
  const starts = [0, ...Array.from({ length: (frames - rest) / longest }, (_, i) => rest + i * longest)];
  const cuts = starts.map((start, i) => {
    const end = starts[i + 1] ?? frames;
    const within = times.filter((time) => time > start && time <= end).map((time) => time - start);
    return { start, frames: end - start, first: i === 0, times: within };
  });
  const own = kindsOf(cuts, ({ times: within }) => within);
  return own.kinds.size <= MOST_KINDS ? own.stretches : kindsOf(cuts, allTimes).stretches;
}

type Cut = Omit<StretchKind, 'entry'> & { readonly start: number };

function allTimes({ frames, times }: Cut): readonly number[] {
  return times.length === 0 ? [] : Array.from({ length: frames }, (_, i) => i + 1);
}

function kindsOf(cuts: readonly Cut[], given: (cut: Cut) => readonly number[]) {
  const kinds = new Map<string, StretchKind>();
  const stretches = cuts.map((cut): Stretch => {
    const { first, frames, start } = cut;
    const times = given(cut);
    const key = `${first} ${frames} ${times.join()}`;
    const kind = kinds.get(key) ?? { entry: `encode${kinds.size}`, first, frames, times };
    kinds.set(key, kind);
    return { kind, start, wanted: cut.times.map((time) => times.indexOf(time)) };
  });
  return { kinds, stretches };
}
