import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from '../../src/common/files/packageFolder.js';
import { cpuInfo } from '../../src/tensorflow/install/cpu.js';
import { median } from './median.js';
import { pythonWith } from './pythonEnvironment.js';
import { FRAMES, stepBytes, stepFlops } from './stepCost.js';

/** What a child process is to time. */
export interface StepTask {
  readonly size: number;
  readonly lstm: number;
  readonly batch: number;
  readonly steps: number;
  readonly threads: number;
  readonly variant: string;
  readonly warmup: number;
  readonly count: number;
}

/** PGN of two convolutions of 32 filters; batch 16, 10 steps, RMSProp. `balls` is the size of pipelines/balls-pgn.yaml. */
export const SIZES = {
  large: { size: 64, lstm: 1024, count: 5 },
  small: { size: 32, lstm: 256, count: 20 },
  balls: { size: 30, lstm: 512, count: 15 },
} as const;

const TOOLS = ['foreframe', 'tensorflow', 'pytorch'] as const;
type Tool = (typeof TOOLS)[number];

export interface TrainBenchRow {
  readonly size: keyof typeof SIZES;
  readonly tool: Tool;
  readonly variant: string;
  /** Median over all rounds. */
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** Peak resident memory, MiB. */
  readonly peak: number;
  /** Share of the rate of a 2048×2048 matrix product, same run, that the step's arithmetic reaches. */
  readonly share: number;
  /** Time that the arithmetic would take at that rate and the weights' memory at the rate of a plain sum ÷ `seconds`. */
  readonly floorShare: number;
}

const TORCH_FLOAT32 = [
  'float32',
  'float32 channels-last',
  'float32 compile',
  'float32 channels-last compile',
];
/** Without bf16 hardware these are emulated, many times slower than float32, and never the best. */
const TORCH_BF16 = ['bf16-math', 'bf16-math channels-last', 'bf16 autocast', 'bf16 autocast compile'];
/** Where TensorFlow leaves oneDNN off and foreframe turns it on, each of the two is timed the other way, too. */
const OTHER_WAY: readonly (Job & { readonly oneDnn: '0' | '1' })[] = [
  { tool: 'foreframe', variant: 'tfjs eager, no oneDNN', oneDnn: '0' },
  { tool: 'tensorflow', variant: 'full, oneDNN', oneDnn: '1' },
];

interface Job {
  readonly tool: Tool;
  readonly variant: string;
  /** Sets TensorFlow's switch of that name; left to TensorFlow by default. */
  readonly oneDnn?: '0' | '1';
}

function jobsHere(): Job[] {
  const { bf16, vnni } = cpuInfo();
  const fast = bf16 ? ['fast'] : [];
  const variants: Record<Tool, readonly string[]> = {
    foreframe: ['graph', ...fast, 'eager', 'tfjs eager'],
    tensorflow: ['full', ...fast],
    pytorch: bf16 ? [...TORCH_FLOAT32, ...TORCH_BF16] : TORCH_FLOAT32,
  };
  return TOOLS.flatMap((tool) => [
    ...variants[tool].map((variant) => ({ tool, variant })),
    ...(vnni ? [] : OTHER_WAY.filter((job) => job.tool === tool)),
  ]);
}

/**
 * Time the same training step in foreframe, PyTorch and Python TensorFlow, in turn, in one run.
 * @param rounds how often every tool is timed: a slow minute of the machine then hits all of them
 */
export async function benchTrain(rounds: number, onRow: (text: string) => void): Promise<TrainBenchRow[]> {
  const python = {
    pytorch: pythonWith('torch-2.13.0', 'torch==2.13.0', 'numpy'),
    tensorflow: pythonWith('tensorflow-2.21.0', 'tensorflow-cpu==2.21.0'),
  };
  const jobs = jobsHere();
  const machine = await child(process.execPath, [foreframeStep], task('small', 'machine'));
  const [flops, bandwidth] = [machine.flops!, machine.bandwidth!];
  onRow(`matrix product: ${(flops / 1e9).toFixed(0)} GFLOP/s; sum: ${(bandwidth / 1e9).toFixed(1)} GB/s`);
  const rows: TrainBenchRow[] = [];
  for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
    const seconds = jobs.map((): number[] => []);
    const peaks = jobs.map(() => 0);
    for (let round = 0; round < rounds; round++) {
      for (const [job, what] of jobs.entries()) {
        const result = await time(what, python, task(size, what.variant));
        seconds[job]!.push(...result.seconds!);
        peaks[job] = Math.max(peaks[job]!, result.peak!);
        onRow(
          `${size}: ${what.tool} ${what.variant}, round ${round + 1}: ${median(result.seconds!).toFixed(3)} s`,
        );
      }
    }
    const arithmetic = stepFlops(SIZES[size]) / flops;
    jobs.forEach(({ tool, variant }, job) => {
      const step = median(seconds[job]!);
      rows.push({
        size,
        tool,
        variant,
        seconds: step,
        framesPerSecond: FRAMES / step,
        peak: peaks[job]!,
        share: arithmetic / step,
        floorShare: (arithmetic + stepBytes(SIZES[size]) / bandwidth) / step,
      });
    });
  }
  return rows;
}

const foreframeStep = join(packageFolder, 'dist/bench/speed/foreframeStep.js');

function task(size: keyof typeof SIZES, variant: string): StepTask {
  return { ...SIZES[size], batch: 16, steps: 10, threads: availableParallelism(), variant, warmup: 3 };
}

function time({ tool, oneDnn }: Job, python: Record<'pytorch' | 'tensorflow', string>, what: StepTask) {
  const environment = oneDnn === undefined ? {} : { TF_ENABLE_ONEDNN_OPTS: oneDnn };
  if (tool === 'foreframe') return child(process.execPath, [foreframeStep], what, environment);
  return child(python[tool], [join(packageFolder, 'bench', `${tool}_step.py`)], what, environment);
}

interface ChildResult {
  readonly seconds?: number[];
  readonly peak?: number;
  /** Of a matrix product, per second. */
  readonly flops?: number;
  /** Bytes per second that a sum over a large tensor reads. */
  readonly bandwidth?: number;
}

function child(
  program: string,
  args: readonly string[],
  what: StepTask,
  environment: NodeJS.ProcessEnv = {},
): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const process_ = spawn(program, [...args, JSON.stringify(what)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    let [out, err] = ['', ''];
    process_.stdout.on('data', (chunk) => {
      out += chunk;
    });
    process_.stderr.on('data', (chunk) => {
      err += chunk;
    });
    process_.on('error', reject);
    process_.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out.trim().split('\n').at(-1)!) as ChildResult);
      else
        reject(
          new Error(
            `${program} ${args.join(' ')} (${what.variant}) ended with ${code}: ${err.trim().split('\n').at(-1)}`,
          ),
        );
    });
  });
}
