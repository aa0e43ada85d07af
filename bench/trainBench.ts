import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from '../src/common/packageFolder.js';
import { cpuInfo } from '../src/tensorflow/cpu.js';
import { median } from './median.js';
import { pythonWith } from './pythonEnvironment.js';

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

const FILTERS = 32;

type Tool = 'foreframe' | 'pytorch' | 'tensorflow';

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
const ONEDNN_VARIANTS: Readonly<Record<string, string>> = {
  'tfjs eager, no oneDNN': '0',
  'full, oneDNN': '1',
};

/**
 * Time the same training step in foreframe, PyTorch and Python TensorFlow, in turn, in one run.
 * @param rounds how often every tool is timed: a slow minute of the machine then hits all of them
 */
export async function benchTrain(rounds: number, onRow: (text: string) => void): Promise<TrainBenchRow[]> {
  const { bf16, vnni } = cpuInfo();
  const fast = bf16 ? ['fast'] : [];
  const torch = bf16 ? [...TORCH_FLOAT32, ...TORCH_BF16] : TORCH_FLOAT32;
  const python = {
    pytorch: pythonWith('torch-2.13.0', 'torch==2.13.0', 'numpy'),
    tensorflow: pythonWith('tensorflow-2.21.0', 'tensorflow-cpu==2.21.0'),
  };
  const jobs: [Tool, string][] = [
    ...['graph', ...fast, 'eager', 'tfjs eager', ...(vnni ? [] : ['tfjs eager, no oneDNN'])].map(
      (variant): [Tool, string] => ['foreframe', variant],
    ),
    ...['full', ...(vnni ? [] : ['full, oneDNN']), ...fast].map((variant): [Tool, string] => [
      'tensorflow',
      variant,
    ]),
    ...torch.map((variant): [Tool, string] => ['pytorch', variant]),
  ];
  const machine = await child(process.execPath, [foreframeStep], task('small', 'machine'));
  const [flops, bandwidth] = [machine.flops!, machine.bandwidth!];
  onRow(`matrix product: ${(flops / 1e9).toFixed(0)} GFLOP/s; sum: ${(bandwidth / 1e9).toFixed(1)} GB/s`);
  const rows: TrainBenchRow[] = [];
  for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
    const seconds = jobs.map((): number[] => []);
    const peaks = jobs.map(() => 0);
    for (let round = 0; round < rounds; round++) {
      for (const [job, [tool, variant]] of jobs.entries()) {
        const result = await time(tool, python, task(size, variant));
        seconds[job]!.push(...result.seconds!);
        peaks[job] = Math.max(peaks[job]!, result.peak!);
        onRow(`${size}: ${tool} ${variant}, round ${round + 1}: ${median(result.seconds!).toFixed(3)} s`);
      }
    }
    const arithmetic = stepFlops(SIZES[size]) / flops;
    jobs.forEach(([tool, variant], job) => {
      const step = median(seconds[job]!);
      rows.push({
        size,
        tool,
        variant,
        seconds: step,
        framesPerSecond: 160 / step,
        peak: peaks[job]!,
        share: arithmetic / step,
        floorShare: (arithmetic + stepBytes(SIZES[size]) / bandwidth) / step,
      });
    });
  }
  return rows;
}

const foreframeStep = join(packageFolder, 'dist/bench/foreframeStep.js');

function task(size: keyof typeof SIZES, variant: string): StepTask {
  return { ...SIZES[size], batch: 16, steps: 10, threads: availableParallelism(), variant, warmup: 3 };
}

function time(tool: Tool, python: Record<'pytorch' | 'tensorflow', string>, what: StepTask) {
  const oneDnn = ONEDNN_VARIANTS[what.variant];
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

/** Weights of the matrix products, which is also how many multiply–adds they take for one frame. */
function denseSize({ size, lstm }: { size: number; lstm: number }) {
  const features = Math.floor(size / 4) ** 2 * FILTERS;
  return features * 4 * lstm + lstm * 4 * lstm + lstm * features;
}

/** Multiply–adds × 2 of a step: forward once, backward twice (but no gradient into the first layer's input). */
export function stepFlops({ size, lstm }: { size: number; lstm: number }): number {
  const frames = 160;
  const first = size ** 2 * 9 * FILTERS;
  const convolutions = (size / 2) ** 2 * 9 * FILTERS * FILTERS * 2 + size ** 2 * 9 * FILTERS;
  return 2 * frames * (2 * first + 3 * (convolutions + denseSize({ size, lstm })));
}

/**
 * Bytes that a step cannot do without where weights do not fit into caches: each weight read forward and backward, its gradient
 * written and read, itself and its mean square read and written.
 */
export function stepBytes(sizes: { size: number; lstm: number }): number {
  return 8 * 4 * denseSize(sizes);
}
