import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { crossesThreads, type ErrorRecord, recordError, reviveError } from '../../src/common/errorRecord.js';
import { ForeframeError, InterruptedError, UsageError } from '../../src/common/errors.js';

/** What comes out of another thread that hands on what it was given. */
async function across(error: unknown): Promise<Error> {
  const echo =
    "const { parentPort } = require('worker_threads'); parentPort.once('message', (m) => parentPort.postMessage(m))";
  const worker = new Worker(echo, { eval: true });
  worker.postMessage(recordError(error));
  const [record] = (await once(worker, 'message')) as [ErrorRecord];
  return reviveError(record);
}

class Registered extends UsageError {
  readonly key: string;
  constructor(key: string, reason: string) {
    super(`${key} ${reason}`, { code: 'not-readable' });
    this.key = key;
  }
}
crossesThreads(Registered);

class Unregistered extends UsageError {}

describe('an error that crosses threads', () => {
  it.each([
    [new ForeframeError('a'), ForeframeError, 'failed', 1],
    [new ForeframeError('a', { code: 'memory' }), ForeframeError, 'memory', 1],
    [new UsageError('a'), UsageError, 'usage', 2],
    [new InterruptedError('a'), InterruptedError, 'interrupted', 130],
    [new Registered('b', 'is wrong'), Registered, 'not-readable', 2],
    [new Unregistered('a'), UsageError, 'usage', 2],
  ] as const)(
    'keeps its class, code, exit code, message and stack: %s',
    async (error, type, code, exitCode) => {
      const revived = await across(error);
      expect(revived.constructor).toBe(type);
      const { message, name, stack } = error;
      expect(revived).toMatchObject({ message, name, stack, code, exitCode });
      expect(Object.keys(revived).sort()).toEqual(Object.keys(error).sort());
    },
  );

  it.each([
    new TypeError('a'),
    new RangeError('b'),
    Object.assign(new Error('c'), { code: 'ENOSPC', errno: -28 }),
  ])('is of its own class where that is the language’s: %s', async (error) => {
    const revived = await across(error);
    expect(revived.constructor).toBe(error.constructor);
    expect({ ...revived }).toEqual({ ...error });
    expect(String(revived)).toBe(String(error));
  });

  it('brings its causes, what is no error and what goes round in a circle', async () => {
    const cause = new RangeError('too far', { cause: 'a word' });
    const revived = await across(new ForeframeError('a', { cause }));
    expect(revived.cause).toBeInstanceOf(RangeError);
    expect((revived.cause as Error).cause).toMatchObject({ message: 'a word' });
    cause.cause = cause;
    expect((await across(cause)).message).toBe('too far');
    expect((await across('thrown text')).message).toBe('thrown text');
  });

  it('of a class with its own name, unknown here, keeps the name', async () => {
    const revived = await across(new DOMException('stopped', 'AbortError'));
    expect(revived).toMatchObject({ name: 'AbortError', message: 'stopped' });
  });
});
