import { fileURLToPath } from 'node:url';
import type { TestResult } from './jasmineShim.js';
import { limitedProcess } from './limitedProcess.js';

const LIMITS = { seconds: 1200, gigabytes: 4 };
const SCRIPT = fileURLToPath(new URL('tfjsCoreRun.js', import.meta.url));

/**
 * Tests that ask for a wrong gradient: tfjs' own of a mirrored border leaves out what was mirrored. What programs give is that of finite
 * differences (test/tensorflow/higherGradients.test.ts, "a border of mirrored values").
 */
const HOLD_A_FAULT = /^mirrorPad .* (grad|gradient with clones)$/;

export interface TfjsCoreResult {
  readonly stock: { readonly passed: number; readonly failed: number };
  readonly programs: { readonly passed: number; readonly failed: number };
  /** Tests that pass with tfjs' own gradients and fail with those of programs; there must be none. */
  readonly onlyPrograms: readonly Required<TestResult>[];
  /** Besides them, those that ask for a fault of tfjs. */
  readonly faultsOfTfjs: readonly string[];
  /** The other way round. */
  readonly onlyStock: readonly string[];
}

/**
 * tfjs-core's own test files, which its npm package carries, on native TensorFlow: once with tfjs' own gradients, once with the
 * gradients of programs on throughout. Each in a process of its own, within limits of time and memory.
 */
export async function benchTfjsCore(log: (line: string) => void): Promise<TfjsCoreResult> {
  const [stock, programs] = [await results('stock', log), await results('programs', log)];
  const failedOf = (all: Results) =>
    new Set([...all].flatMap(([name, error]) => (error === undefined ? [] : [name])));
  const [stockFailed, programsFailed] = [failedOf(stock), failedOf(programs)];
  const onlyOurs = [...programsFailed].filter((name) => !stockFailed.has(name));
  const missing = [...stock.keys()].filter((name) => !programs.has(name));
  return {
    stock: { passed: stock.size - stockFailed.size, failed: stockFailed.size },
    programs: { passed: programs.size - programsFailed.size, failed: programsFailed.size },
    onlyPrograms: [
      ...onlyOurs
        .filter((name) => !HOLD_A_FAULT.test(name))
        .map((name) => ({ name, error: programs.get(name)! })),
      ...missing.map((name) => ({ name, error: 'did not run' })),
    ],
    faultsOfTfjs: onlyOurs.filter((name) => HOLD_A_FAULT.test(name)),
    onlyStock: [...stockFailed].filter((name) => programs.has(name) && !programsFailed.has(name)),
  };
}

/** Error by test; several tests of one name are distinguished by a number. */
type Results = ReadonlyMap<string, string | undefined>;

async function results(gradients: 'stock' | 'programs', log: (line: string) => void): Promise<Results> {
  const found = new Map<string, string | undefined>();
  await limitedProcess(SCRIPT, [gradients], LIMITS, (line) => {
    if (!line.startsWith('{')) return;
    const { name, error } = JSON.parse(line) as TestResult;
    let own = name;
    for (let again = 2; found.has(own); again++) own = `${name} (${again})`;
    found.set(own, error);
    if (found.size % 1000 === 0) log(`${gradients}: ${found.size} tests`);
  });
  return found;
}
