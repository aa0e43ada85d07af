import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchDecode } from '../../bench/decode.js';
import { benchEndToEnd, onlySteps } from '../../bench/endToEnd.js';
import { benchFaceIdentity } from '../../bench/faceIdentity.js';
import { benchMemory } from '../../bench/memory.js';
import { benchProbes } from '../../bench/probes.js';
import { benchSoak } from '../../bench/soak.js';
import { benchTrain, type TrainBenchRow } from '../../bench/trainBench.js';
import { bouncingBallsDataset } from '../../datasets/bouncingBallsDataset.js';
import { UsageError } from '../common/errors.js';
import { nearest } from '../common/nearest.js';
import { loadConfig } from '../training/loadConfig.js';
import { writeVideo } from '../video/index.js';
import { gradientBenches } from './benchGradients.js';
import type { Bench, BenchOptions } from './benchOptions.js';
import { benchResults, resultsText } from './benchResults.js';
import { pipelinePath } from './pipelinePath.js';
import { textTable } from './terminal.js';
import { torture } from './torture.js';

const benches: Record<string, Bench> = {
  decode,
  'end-to-end': endToEnd,
  faces,
  memory,
  probes,
  results,
  soak,
  torture,
  train,
  ...gradientBenches,
};

/** `foreframe bench WHAT [FILE…]` */
export async function benchCommand(
  what: string,
  files: readonly string[],
  options: BenchOptions,
): Promise<void> {
  const bench = Object.hasOwn(benches, what) ? benches[what] : undefined;
  if (!bench) {
    const names = Object.keys(benches);
    const guess = nearest(what, names);
    throw new UsageError(
      `there is no bench ${what}${guess ? `: did you mean ${guess}?` : ''}; there are: ${names.join(', ')}`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'foreframe-bench-'));
  try {
    await bench(files, folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function decode([file]: readonly string[], folder: string, { json }: BenchOptions): Promise<void> {
  const result = await benchDecode(file ?? (await manyBalls(folder)));
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  console.log(`${result.file}: ${result.frames} frames to 64×64 grey, medians`);
  const rows = [
    ['ffmpeg alone', result.ffmpegAlone.toFixed(0), '1.00'],
    ['foreframe pipeline', result.pipeline.toFixed(0), result.ratio.toFixed(2)],
  ];
  console.log(textTable(['decode', 'frames/s', 'ratio'], rows));
}

async function endToEnd(
  [file]: readonly string[],
  folder: string,
  { set, json }: BenchOptions,
): Promise<void> {
  const video = file ?? (await manyBalls(folder));
  const config = onlySteps(await loadConfig(pipelinePath('video'), set), video);
  const result = await benchEndToEnd(video, folder, config);
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  const { data, model, training } = config;
  console.log(
    `${video}: ${data.width}×${data.height} ${data.color}, ${model.name}, batch ${training.batch}, ${data.steps} steps; medians`,
  );
  const rows = [
    ['decode alone', result.decode.toFixed(0), (result.decode / result.step).toFixed(2)],
    ['step alone', result.step.toFixed(0), '1.00'],
    ['training from the video', result.endToEnd.toFixed(0), result.ratio.toFixed(2)],
  ];
  console.log(textTable(['end to end', 'frames/s', 'ratio'], rows));
  console.log(
    `first step after ${result.firstStep.toFixed(1)} s; event loop blocked at most ${result.blockedTraining.toFixed(0)} ms ` +
      `while training, ${result.blockedSaving.toFixed(0)} ms with the last save${ownWork(result.ownTraining)}`,
  );
}

/** A stop may be the machine's doing: another process, or TensorFlow's threads. What the main thread computed in it is its own. */
function ownWork(milliseconds: number | undefined): string {
  return milliseconds === undefined
    ? ''
    : `; of its own work at most ${milliseconds.toFixed(0)} ms in one stop`;
}

async function faces(runs: readonly string[], _folder: string, { json }: BenchOptions): Promise<void> {
  if (runs.length === 0)
    throw new UsageError(
      'bench faces: name run folders, for example `foreframe bench faces runs/results/faces-pgn-1`',
    );
  const rows = await benchFaceIdentity(runs);
  if (json) {
    console.log(JSON.stringify(rows));
    return;
  }
  const cells = rows.map(({ predictor, strength, identified }) => [
    predictor,
    strength.toFixed(3),
    identified.toFixed(3),
  ]);
  console.log(textTable(['sixth frame by', 'identity: 1 person, 0 average', 'identified among 10'], cells));
}

async function soak(_files: readonly string[], _folder: string, { json }: BenchOptions): Promise<void> {
  const rows = await benchSoak();
  if (json) {
    console.log(JSON.stringify(rows));
    return;
  }
  const first = rows[0]!;
  const cells = rows.map(({ step, tensors, resident }) => [
    String(step),
    String(tensors),
    resident.toFixed(1),
    (resident / first.resident).toFixed(3),
  ]);
  console.log(textTable(['step', 'tensors', 'resident MiB', `÷ step ${first.step}`], cells));
}

async function memory([file]: readonly string[], folder: string, { set, json }: BenchOptions): Promise<void> {
  const results = await benchMemory(file ?? (await manyBalls(folder)), folder, set);
  if (json) {
    console.log(JSON.stringify(results));
    return;
  }
  const [first] = results;
  const rows = results.map(({ loops, frames, steps, peak, extraction }) => [
    `${loops}×`,
    String(frames),
    String(steps),
    peak.toFixed(0),
    (peak / first!.peak).toFixed(3),
    extraction.toFixed(0),
    (extraction / first!.extraction).toFixed(3),
  ]);
  const heads = ['video', 'frames read', 'steps', 'peak MiB', '÷ 1×', 'extract, peak MiB', '÷ 1×'];
  console.log(textTable(heads, rows));
}

async function probes(
  _files: readonly string[],
  _folder: string,
  { rounds, only, json }: BenchOptions,
): Promise<void> {
  const rows = await benchProbes((line) => console.error(line), { rounds, only });
  if (json) {
    console.log(JSON.stringify(rows));
    return;
  }
  const cells = rows.map(({ method, foreframe, sklearn, objectives }) => [
    method,
    ...[foreframe.seconds, sklearn.seconds, foreframe.cpu, sklearn.cpu].map((value) => value.toFixed(2)),
    objectives.foreframe.toPrecision(9),
    objectives.sklearn.toPrecision(9),
  ]);
  const heads = ['seconds', 'scikit-learn', 'processors', 'scikit-learn', 'reached', 'scikit-learn'];
  console.log(textTable(['10,000 × 1,568', ...heads], cells));
}

async function results(
  _files: readonly string[],
  folder: string,
  { set, quick = false, only, seeds, run, json }: BenchOptions,
): Promise<void> {
  const done = await benchResults(quick ? folder : run, { set, only, seeds, quick });
  console.log(json ? JSON.stringify(done) : resultsText(done));
}

async function train(
  _files: readonly string[],
  _folder: string,
  { rounds, json }: BenchOptions,
): Promise<void> {
  const rows = await benchTrain(rounds, (line) => console.error(line));
  if (json) {
    console.log(JSON.stringify(rows));
    return;
  }
  for (const size of new Set(rows.map((row) => row.size))) {
    const here = rows.filter((row) => row.size === size);
    const best = (tool: TrainBenchRow['tool']) =>
      Math.min(
        ...here
          .filter((row) => row.tool === tool && !row.variant.includes('eager'))
          .map(({ seconds }) => seconds),
      );
    console.log(`\nPGN, ${size}: batch 16, 10 steps, RMSProp; medians of one run`);
    const cells = here.map(({ tool, variant, seconds, framesPerSecond, peak, share, floorShare }) => [
      `${tool}, ${variant}`,
      seconds.toFixed(3),
      framesPerSecond.toFixed(0),
      (best('pytorch') / seconds).toFixed(2),
      peak.toFixed(0),
      share.toFixed(2),
      floorShare.toFixed(2),
    ]);
    console.log(
      textTable(
        ['step', 'seconds', 'frames/s', "÷ PyTorch's best", 'peak MiB', 'share of matmul', 'of the floor'],
        cells,
      ),
    );
    const ours = best('foreframe');
    const stock = here.filter((row) => row.variant.startsWith('tfjs eager'));
    console.log(
      `foreframe's best against PyTorch's best ${(best('pytorch') / ours).toFixed(2)}, Python TensorFlow's best ` +
        [
          (best('tensorflow') / ours).toFixed(2),
          ...stock.map(({ variant, seconds }) => `${variant} ${(seconds / ours).toFixed(2)}`),
        ].join(', '),
    );
  }
}

/** A video to work on when none is named: 4,000 frames of bouncing balls. */
async function manyBalls(folder: string): Promise<string> {
  const file = join(folder, 'balls.mp4');
  const clips = await bouncingBallsDataset.open();
  const frames = Array.from({ length: 5 }, (_, index) => clips('train', index, 800).frames).flat();
  await writeVideo(file, frames, { rate: 25 });
  return file;
}
