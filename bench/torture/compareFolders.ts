import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readLatents } from '../../src/analysis/latents/readLatents.js';
import { eachOf } from '../../src/common/eachOf.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import type { Findings } from './area.js';
import { filesIn, PLANTED } from './wholeFiles.js';

/** Named by when and where they were written; their content follows the clock. */
const EVENTS = /(^|\/)events\//;
/** Keys of JSON that say when, how long and on what. */
const CLOCK = /^(seconds|minutes|started|hardware|\w+PerSecond|took|run|memoryGiB|version)$/;

/** What a disturbed command left in the end, beside what an undisturbed one leaves: the same files with the same values, no more. */
export async function judgeSame(
  folder: string,
  reference: string,
  findings: Findings,
  { leftovers = true }: { leftovers?: boolean } = {},
): Promise<void> {
  const wanted = filesIn(reference).filter((file) => !EVENTS.test(file));
  const there = filesIn(folder).filter((file) => !EVENTS.test(file) && !PLANTED.test(file));
  const missing = wanted.filter((file) => !there.includes(file));
  const more = there.filter((file) => !wanted.includes(file));
  if (missing.length > 0) findings.add('silent loss', `in the end there is no ${missing.join(', ')}`);
  if (more.length > 0 && leftovers) findings.add('leftover', more.join(', '));
  for (const file of wanted) {
    const [ours, theirs] = [join(folder, file), join(reference, file)];
    if (existsSync(ours)) await judgeFile(file, ours, theirs, findings);
  }
}

export async function judgeFile(
  file: string,
  ours: string,
  theirs: string,
  findings: Findings,
): Promise<void> {
  const equal = async () => {
    if (file.endsWith('.safetensors')) return isDeepStrictEqual(await weights(ours), await weights(theirs));
    if (file.endsWith('.parquet')) return isDeepStrictEqual(await rows(ours), await rows(theirs));
    if (file.endsWith('metrics.jsonl')) return judgeMetrics(ours, theirs, findings);
    if (file.endsWith('environment.json')) return true;
    if (file.endsWith('.json')) return isDeepStrictEqual(json(ours), json(theirs));
    // A page shows times and speeds.
    if (file.endsWith('.html')) return true;
    return readFileSync(ours).equals(readFileSync(theirs));
  };
  try {
    if (!(await equal()))
      findings.add('wrong bits', `${file} holds other values than an undisturbed command writes`);
  } catch (error) {
    findings.add(
      'wrong bits',
      `${file} cannot be read in the end: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Each step and each validation once, with the losses of the undisturbed run. Says itself what is wrong. */
function judgeMetrics(ours: string, theirs: string, findings: Findings): true {
  const [a, b] = eachOf([ours, theirs], (path) =>
    readMetrics(path).map((record) => Object.entries(record).filter(([key]) => !CLOCK.test(key))),
  );
  if (isDeepStrictEqual(a, b)) return true;
  const steps = readMetrics(ours)
    .filter(({ loss }) => loss !== undefined)
    .map(({ step }) => step);
  const twice = steps.filter((step, i) => steps.indexOf(step) !== i);
  const kind = a.length < b.length ? 'silent loss' : 'wrong bits';
  const which = twice.length > 0 ? `; steps ${twice.slice(0, 5).join(', ')} more than once` : '';
  findings.add(kind, `metrics.jsonl has ${a.length} records and should have ${b.length}${which}`);
  return true;
}

async function weights(path: string): Promise<object> {
  const { position, state } = await loadCheckpoint(path);
  return { position: { ...position, seconds: 0 }, state };
}

async function rows(path: string): Promise<object> {
  const { columns, layers } = await readLatents(path);
  return { columns, layers };
}

/** Without what follows the clock or the machine. */
function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'), (key, value) => (CLOCK.test(key) ? undefined : value));
}
