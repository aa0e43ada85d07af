import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../src/common/errors.js';
import { packageFolder } from '../../src/common/files/packageFolder.js';
import { Random } from '../../src/common/random.js';
import { median } from './median.js';
import { pythonWith } from './pythonEnvironment.js';

const ROWS = 10_000;
const COLUMNS = 1568;
const CLASSES = 10;
const TARGETS = 5;
const METHODS = ['ridge', 'ridgeCV', 'svm', 'logistic'] as const;

/** What a child process is to fit: files of `folder` hold X, targets and labels. */
export interface ProbeTask {
  readonly method: (typeof METHODS)[number];
  readonly folder: string;
  readonly rows: number;
  readonly columns: number;
  readonly penalty: number;
  readonly penalties: readonly number[];
  readonly C: number;
  readonly threads: number;
}

/** Seconds by the clock, and of all processors together: on a machine with other work the second says more. */
export interface Cost {
  readonly seconds: number;
  readonly cpu: number;
}

export interface ProbeBenchRow {
  readonly method: ProbeTask['method'];
  /** Medians over rounds of one fit. */
  readonly foreframe: Cost;
  readonly sklearn: Cost;
  /** What each fit minimised, where it stopped (`ridgeCV`: the penalty chosen): the smaller, the nearer to the answer. */
  readonly objectives: { readonly foreframe: number; readonly sklearn: number };
}

/**
 * Fit the same latents (10,000 × 1,568 float32, ten classes, five targets) with foreframe and with scikit-learn, in turn, in
 * one run, each fit in a process of its own with the same threads.
 */
export async function benchProbes(
  onRow: (text: string) => void,
  { rounds = 1, only = [] }: { rounds?: number; only?: readonly string[] } = {},
): Promise<ProbeBenchRow[]> {
  const methods = only.length === 0 ? METHODS : METHODS.filter((method) => only.includes(method));
  const strange = only.find((name) => !METHODS.some((method) => method === name));
  if (strange !== undefined)
    throw new UsageError(`bench probes: there is no method ${strange}; there are: ${METHODS.join(', ')}`);
  const python = pythonWith('sklearn-1.9.1', 'scikit-learn==1.9.1', 'numpy');
  const folder = await mkdtemp(join(tmpdir(), 'foreframe-probes-'));
  try {
    await writeLatents(folder);
    const rows: ProbeBenchRow[] = [];
    for (const method of methods) {
      const ours: Fit[] = [];
      const theirs: Fit[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await child(process.execPath, probesFit, task(method, folder)));
        theirs.push(
          await child(python, join(packageFolder, 'bench/probes_sklearn.py'), task(method, folder)),
        );
        const [a, b] = [ours.at(-1)!, theirs.at(-1)!];
        onRow(
          `${method}: foreframe ${a.seconds.toFixed(2)} s (processors ${a.cpu.toFixed(2)} s) to ${a.objective.toPrecision(9)}, ` +
            `scikit-learn ${b.seconds.toFixed(2)} s (${b.cpu.toFixed(2)} s) to ${b.objective.toPrecision(9)}`,
        );
      }
      rows.push({
        method,
        foreframe: costOf(ours),
        sklearn: costOf(theirs),
        objectives: { foreframe: ours[0]!.objective, sklearn: theirs[0]!.objective },
      });
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const probesFit = join(packageFolder, 'dist/bench/speed/probesFit.js');

function task(method: ProbeTask['method'], folder: string): ProbeTask {
  const penalties = Array.from({ length: 10 }, (_, i) => 10 ** (i - 3));
  const threads = availableParallelism();
  return { method, folder, rows: ROWS, columns: COLUMNS, penalty: 10, penalties, C: 1, threads };
}

/**
 * Numbers like those of an LSTM's output: 64 hidden variables mixed into all columns, with noise, squashed to (−1, 1). The
 * first five are the targets; the largest of ten, with noise, is the class.
 */
async function writeLatents(folder: string): Promise<void> {
  const random = Random.for(0, 'probes');
  const hidden = 64;
  const mixing = Float64Array.from({ length: hidden * COLUMNS }, () => random.normal() / Math.sqrt(hidden));
  const x = new Float32Array(ROWS * COLUMNS);
  const y = new Float64Array(ROWS * TARGETS);
  const labels = new Int32Array(ROWS);
  for (let i = 0; i < ROWS; i++) {
    const z = Float64Array.from({ length: hidden }, () => random.normal());
    const row = new Float64Array(COLUMNS);
    z.forEach((value, h) => {
      for (let j = 0; j < COLUMNS; j++) row[j]! += value * mixing[h * COLUMNS + j]!;
    });
    for (let j = 0; j < COLUMNS; j++) x[i * COLUMNS + j] = Math.tanh(row[j]! + 0.3 * random.normal());
    for (let t = 0; t < TARGETS; t++) y[i * TARGETS + t] = z[t]! + 0.1 * random.normal();
    const votes = z.subarray(0, CLASSES).map((value) => value + 0.3 * random.normal());
    labels[i] = votes.indexOf(Math.max(...votes));
  }
  for (const [file, { buffer }] of Object.entries({ 'x.f32': x, 'y.f64': y, 'labels.i32': labels }))
    await writeFile(join(folder, file), new Uint8Array(buffer));
}

function costOf(fits: readonly Fit[]): Cost {
  return { seconds: median(fits.map(({ seconds }) => seconds)), cpu: median(fits.map(({ cpu }) => cpu)) };
}

interface Fit extends Cost {
  readonly objective: number;
}

function child(program: string, script: string, what: ProbeTask): Promise<Fit> {
  // The linear algebra behind NumPy takes its threads from the environment.
  const threads = String(what.threads);
  const env = { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
  return new Promise((resolve, reject) => {
    const process_ = spawn(program, [script, JSON.stringify(what)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env,
    });
    let out = '';
    process_.stdout.on('data', (chunk) => {
      out += chunk;
    });
    process_.on('error', reject);
    process_.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out.trim().split('\n').at(-1)!) as Fit);
      else reject(new Error(`${program} ${script} (${what.method}) ended with ${code}`));
    });
  });
}
