import { fits, type MemoryPart } from '../common/memory/requireMemory.js';

/** Keys of settings that are lowered together, such as width and height. */
export type Keys = readonly string[];

/** Some room is left beside what was estimated. */
const ROOM = 0.9;

/** Milliseconds to look for a value: of huge networks each look takes long, and a smaller value will do. */
const PATIENCE = 6_000;

/**
 * Finds a setting to lower, so that everything fits: the first of `candidates` that is enough alone, with the largest value that fits.
 * @param parts the memory that settings need
 */
export function adviceFor<C>(
  config: C,
  candidates: readonly Keys[],
  parts: (config: C) => readonly MemoryPart[],
): (available: number) => string {
  return (available) => {
    const fitting = (keys: Keys, most: number) => {
      try {
        return fits(parts(lowered(config, keys, most)), ROOM * available);
      } catch {
        // Too small to be built: no suggestion.
        return false;
      }
    };
    const until = performance.now() + PATIENCE;
    for (const keys of candidates) {
      if (performance.now() > until) break;
      const now = Math.max(...keys.map((key) => largest(valueAt(config, key))));
      if (now > 1 && fitting(keys, 1))
        return `lower ${keys.join(' and ')} to ${mostThat([1, now], (most) => fitting(keys, most), until)}`;
    }
    return 'no single setting is enough: lower several, starting with the largest part';
  };
}

/** The largest value from one that fits to one that does not. */
function mostThat(
  [below, above]: [number, number],
  fitting: (most: number) => boolean,
  until: number,
): number {
  while (above - below > Math.max(1, below * 0.01) && performance.now() < until) {
    // By their ratio: what is wanted is often thousands of times smaller than what was asked for.
    const middle = Math.max(below + 1, Math.floor(Math.sqrt(below * above)));
    if (fitting(middle)) below = middle;
    else above = middle;
  }
  return below;
}

/** The same settings with none of these above `most`; of a list, none of its numbers. */
function lowered<C>(config: C, keys: Keys, most: number): C {
  const copy = structuredClone(config);
  for (const key of keys) {
    const path = key.split('.');
    const place = path.slice(0, -1).reduce<Record<string, unknown> | undefined>(inside, copy as never);
    const last = path.at(-1)!;
    if (place?.[last] !== undefined) place[last] = limited(place[last], most);
  }
  return copy;
}

function limited(value: unknown, most: number): unknown {
  if (typeof value === 'number') return Math.min(value, most);
  return Array.isArray(value) ? value.map((each) => limited(each, most)) : value;
}

function valueAt(config: unknown, key: string): unknown {
  return key.split('.').reduce<Record<string, unknown> | undefined>(inside, config as never);
}

function inside(place: Record<string, unknown> | undefined, key: string) {
  return place?.[key] as Record<string, unknown> | undefined;
}

function largest(value: unknown): number {
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? Math.max(0, ...value.map(largest)) : 0;
}
