import { isDeepStrictEqual } from 'node:util';

/** How one test ended. */
export interface TestResult {
  readonly name: string;
  readonly error?: string;
}

type Body = (done: Done) => unknown;
type Done = ((error?: unknown) => void) & { fail(error?: unknown): void };
type Hook = 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll';

interface Suite {
  readonly name: string;
  readonly parent?: Suite;
  readonly hooks: Record<Hook, Body[]>;
  readonly parts: (Suite | { readonly name: string; readonly body?: Body })[];
}

const suite = (name: string, parent?: Suite): Suite => ({
  name,
  parent,
  hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
  parts: [],
});

/** Longest that one test may take, in milliseconds. */
const LIMIT = 60_000;

/**
 * As much of jasmine as tfjs-core's test files use: it becomes global, the files are imported, then `run` runs what they described,
 * one test after the other.
 */
export class JasmineShim {
  #now = suite('');
  readonly #root = this.#now;
  readonly #undo: (() => void)[] = [];

  install(): void {
    const hook = (kind: Hook) => (body: Body) => this.#now.hooks[kind].push(body);
    const it = (name: string, body?: Body) => this.#now.parts.push({ name, body });
    const describe = (name: string, body: () => void) => {
      const outer = this.#now;
      this.#now = suite(name, outer);
      outer.parts.push(this.#now);
      body();
      this.#now = outer;
    };
    Object.assign(globalThis, {
      ...{
        describe,
        it,
        xit: () => {},
        expect,
        expectAsync,
        fail: (error: unknown) => raise(`failed: ${error}`),
      },
      ...{ beforeAll: hook('beforeAll'), beforeEach: hook('beforeEach') },
      ...{ afterAll: hook('afterAll'), afterEach: hook('afterEach') },
      spyOn: (target: Spied, key: string) => this.#spyOn(target, key),
      jasmine: {
        DEFAULT_TIMEOUT_INTERVAL: LIMIT,
        arrayWithExactContents: (items: unknown[]) => new ExactContents(items),
      },
    });
  }

  async run(report: (result: TestResult) => void): Promise<void> {
    await this.#runSuite(this.#root, '', report);
  }

  async #runSuite(one: Suite, prefix: string, report: (result: TestResult) => void) {
    const name = `${prefix} ${one.name}`.trim();
    for (const body of one.hooks.beforeAll) await ended(body);
    for (const part of one.parts) {
      if ('parts' in part) await this.#runSuite(part, name, report);
      else if (part.body) report(await this.#runTest(one, `${name} ${part.name}`, part.body));
    }
    for (const body of one.hooks.afterAll) await ended(body);
  }

  async #runTest(one: Suite, name: string, body: Body): Promise<TestResult> {
    const around: Suite[] = [];
    for (let outer: Suite | undefined = one; outer; outer = outer.parent) around.unshift(outer);
    try {
      for (const { hooks } of around) for (const each of hooks.beforeEach) await ended(each);
      try {
        await ended(body);
      } finally {
        for (const undo of this.#undo.splice(0).reverse()) undo();
        for (const { hooks } of around.toReversed()) for (const each of hooks.afterEach) await ended(each);
      }
      return { name };
    } catch (error) {
      return {
        name,
        error: String(error instanceof Error ? error.message : error).split('\n')[0] || 'failed',
      };
    }
  }

  #spyOn(target: Spied, key: string) {
    const own = Object.hasOwn(target, key);
    const before = target[key]!;
    const calls: { readonly args: unknown[] }[] = [];
    let act: (...args: unknown[]) => unknown = () => undefined;
    const spy = Object.assign(
      function (this: unknown, ...args: unknown[]) {
        calls.push({ args });
        return act.apply(this, args);
      },
      {
        calls: {
          count: () => calls.length,
          first: () => calls[0],
          mostRecent: () => calls.at(-1),
          all: () => calls,
        },
        and: {} as Record<string, unknown>,
      },
    );
    const then = (next: typeof act) => {
      act = next;
      return spy;
    };
    spy.and.callFake = then;
    spy.and.returnValue = (value: unknown) => then(() => value);
    spy.and.callThrough = () => then(before);
    target[key] = spy;
    this.#undo.push(() => {
      if (own) target[key] = before;
      else delete target[key];
    });
    return spy;
  }
}

type Spied = Record<string, (...args: unknown[]) => unknown>;

/** Wait for a test or hook that returns a promise or calls `done`. */
async function ended(body: Body): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took more than ${LIMIT / 1000} s`)), LIMIT);
  });
  try {
    await Promise.race([late, body.length > 0 ? withDone(body) : body(undefined as unknown as Done)]);
  } finally {
    clearTimeout(timer);
  }
}

function withDone(body: Body): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error?: unknown) => reject(error ?? new Error('done.fail'));
    const done = Object.assign((error?: unknown) => (error ? fail(error) : resolve()), { fail });
    Promise.resolve(body(done)).catch(reject);
  });
}

class ExactContents {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

function raise(message: string): never {
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

function expect(actual?: unknown) {
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

function expectAsync(promise: Promise<unknown>) {
  return {
    toBeRejectedWithError: async (first?: Thrown, second?: Thrown) => {
      const [end] = await Promise.allSettled([promise]);
      const fits = end.status === 'rejected' && matches(end.reason, first) && matches(end.reason, second);
      if (!fits) raise('toBeRejectedWithError does not hold');
    },
  };
}
