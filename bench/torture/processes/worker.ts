import { rmSync } from 'node:fs';
import { messageOf } from '../../../src/common/errors.js';
import { Random } from '../../../src/common/random.js';
import type { CaseResult } from '../area.js';
import { areaNamed } from '../areas.js';

// The process in which the cases of one area run: `node worker.js AREA SHARED`, with a channel to its parent.

/** A case for the worker. */
export interface CaseOrder {
  readonly number: number;
  readonly seed: number;
  readonly folder: string;
}

/** What the worker says: once `ready`, then one `result` for each order. */
export type WorkerAnswer =
  /** `unable`: this machine cannot try the area. `broken`: what every case needs does not work. */
  | { readonly ready: true; readonly unable?: string; readonly broken?: string }
  | { readonly result: CaseResult }
  | { readonly fault: string };

const [name, shared] = process.argv.slice(2) as [string, string];
const area = await areaNamed(name);

process.on('message', (order: CaseOrder) => void work(order));
process.on('disconnect', () => process.exit(0));
try {
  say({ ready: true, unable: await area.prepare(shared) });
} catch (error) {
  say({ ready: true, broken: messageOf(error) });
}

async function work({ number, seed, folder }: CaseOrder): Promise<void> {
  try {
    const result = await area.run({ number, random: new Random(seed), folder, shared });
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    say({ result });
  } catch (error) {
    say({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function say(answer: WorkerAnswer): void {
  process.send?.(answer);
}
