import { availableParallelism } from 'node:os';
import { UsageError } from '../../common/errors.js';

/**
 * How many threads TensorFlow computes on. A number: each operation on so many, and as many operations side by side. Both apart
 * (operations: all cores by default): with one thread per operation the bits are the same for any number of operations, and on
 * graphs of many small operations that is faster than to split each.
 */
export type Threads = number | { readonly perOperation: number; readonly operations?: number };

/** Both numbers. @throws UsageError when one is not a whole number from 1 to 1024 */
export function bothThreads(threads: Threads): { perOperation: number; operations: number } {
  const { perOperation, operations = availableParallelism() } =
    typeof threads === 'number' ? { perOperation: threads, operations: threads } : threads;
  for (const count of [perOperation, operations])
    if (!Number.isInteger(count) || count < 1 || count > 1024)
      throw new UsageError(`threads must be a whole number from 1 to 1024, not ${count}`);
  return { perOperation, operations };
}

/** The shortest form of the same setting, with the number of operations filled in. */
export function knownThreads(threads: Threads): Threads {
  const { perOperation, operations } = bothThreads(threads);
  return perOperation === operations ? operations : { perOperation, operations };
}

/** For a terminal: `2 threads`, or `2 threads, 1 per operation`. */
export function threadsText(threads: Threads): string {
  const { perOperation, operations } = bothThreads(threads);
  return perOperation === operations
    ? `${operations} threads`
    : `${operations} threads, ${perOperation} per operation`;
}

/** The default: TensorFlow's environment variables, or all cores. */
export function defaultThreads(): Threads {
  const perOperation = Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism();
  return { perOperation, operations: Number(process.env.TF_NUM_INTEROP_THREADS) || perOperation };
}
