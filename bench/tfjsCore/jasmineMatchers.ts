import { isDeepStrictEqual } from 'node:util';

// What jasmine's `expect` says, as far as tfjs-core's tests ask.

/** What is equal to the same items in any order. */
export class ExactContents {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

export function raise(message: string): never {
  throw new Error(message);
}

function equal(a: unknown, b: unknown): boolean {
  if (b instanceof ExactContents) {
    const rest = [...(a as unknown[])];
    for (const item of b.items) {
      const at = rest.findIndex((other) => isDeepStrictEqual(other, item));
      if (at < 0) return false;
      rest.splice(at, 1);
    }
    return rest.length === 0;
  }
  return isDeepStrictEqual(a, b);
}

type Thrown = string | RegExp | (new () => Error) | undefined;

function matches(error: unknown, wanted: Thrown): boolean {
  if (typeof wanted === 'function') return error instanceof wanted;
  const message = error instanceof Error ? error.message : String(error);
  if (wanted instanceof RegExp) return wanted.test(message);
  return wanted === undefined || message === wanted;
}

function thrownBy(f: () => unknown): { readonly error: unknown } | undefined {
  try {
    f();
  } catch (error) {
    return { error };
  }
  return undefined;
}

interface Calls {
  readonly calls: { count(): number; all(): { readonly args: unknown[] }[] };
}

/** Each says whether the actual value is as wanted. */
const MATCHERS: Record<string, (actual: never, ...wanted: never[]) => boolean> = {
  nothing: () => true,
  toBe: (a: unknown, b: unknown) => Object.is(a, b) || a === b,
  toEqual: equal,
  toBeNull: (a: unknown) => a === null,
  toBeUndefined: (a: unknown) => a === undefined,
  toBeDefined: (a: unknown) => a !== undefined,
  toBeTruthy: (a: unknown) => Boolean(a),
  toBeFalsy: (a: unknown) => !a,
  toBeTrue: (a: unknown) => a === true,
  toBeFalse: (a: unknown) => a === false,
  toBeNaN: (a: number) => Number.isNaN(a),
  toBeGreaterThan: (a: number, b: number) => a > b,
  toBeGreaterThanOrEqual: (a: number, b: number) => a >= b,
  toBeLessThan: (a: number, b: number) => a < b,
  toBeLessThanOrEqual: (a: number, b: number) => a <= b,
  toBeCloseTo: (a: number, b: number, digits = 2) => Math.abs(a - b) < 10 ** -digits / 2,
  toBeInstanceOf: (a: unknown, type: new () => unknown) => a instanceof type,
  toContain: (a: string | unknown[], b: never) => a.includes(b),
  toMatch: (a: string, b: RegExp | string) => new RegExp(b).test(a),
  toThrow: (f: () => unknown) => thrownBy(f) !== undefined,
  toThrowError: (f: () => unknown, first?: Thrown, second?: Thrown) => {
    const thrown = thrownBy(f);
    return thrown !== undefined && matches(thrown.error, first) && matches(thrown.error, second);
  },
  toHaveBeenCalled: ({ calls }: Calls) => calls.count() > 0,
  toHaveBeenCalledTimes: ({ calls }: Calls, times: number) => calls.count() === times,
  toHaveBeenCalledWith: ({ calls }: Calls, ...args: unknown[]) =>
    calls.all().some((call) => equal(call.args, args)),
};

export function expect(actual?: unknown) {
  const each = (wanted: boolean) =>
    Object.fromEntries(
      Object.entries(MATCHERS).map(([name, matcher]) => [
        name,
        (...args: never[]) => {
          if (matcher(actual as never, ...args) !== wanted)
            raise(`${wanted ? '' : 'not '}${name} does not hold`);
        },
      ]),
    );
  return { ...each(true), not: each(false), withContext: () => expect(actual) };
}

export function expectAsync(promise: Promise<unknown>) {
  return {
    toBeRejectedWithError: async (first?: Thrown, second?: Thrown) => {
      const [end] = await Promise.allSettled([promise]);
      const fits = end.status === 'rejected' && matches(end.reason, first) && matches(end.reason, second);
      if (!fits) raise('toBeRejectedWithError does not hold');
    },
  };
}
