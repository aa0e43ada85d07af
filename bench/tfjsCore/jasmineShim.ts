import { ExactContents, expect, expectAsync, raise } from './jasmineMatchers.js';

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
