import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchMemory } from '../../../bench/memory/memory.js';
import { benchSoak } from '../../../bench/memory/soak.js';
import { benchDecode } from '../../../bench/speed/decode.js';
import { benchEndToEnd, onlySteps } from '../../../bench/speed/endToEnd.js';
import { benchFaceIdentity } from '../../../bench/speed/faceIdentity.js';
import { bouncingBallsDataset } from '../../../datasets/clips/bouncingBallsDataset.js';
import { UsageError } from '../../common/errors.js';
import { nearest } from '../../common/text/nearest.js';
import { loadConfig } from '../../config/loadConfig.js';
import { pipelinePath } from '../../library/sources/pipelinePath.js';
import { writeVideo } from '../../video/index.js';
import { textTable } from '../terminal/terminal.js';
import { probes, train } from './benchBeside.js';
import { followBench } from './benchFollow.js';
import { frozen } from './benchFrozen.js';
import { gradientBenches } from './benchGradients.js';
import { liveBench } from './benchLive.js';
import type { Bench, BenchOptions } from './benchOptions.js';
import { ownVideo } from './benchOwnVideo.js';
import { parityBenches } from './benchParity.js';
import { benchResults, resultsText } from './benchResults.js';
import { surpriseBenches } from './benchSurprise.js';
import { viewsBench } from './benchViews.js';
import { torture } from './torture.js';

const benches: Record<string, Bench> = {
  decode,
  'end-to-end': endToEnd,
  faces,
  follow: followBench(manyBalls),
  frozen,
  live: liveBench,
  memory,
  'own-video': ownVideo,
  probes,
  results,
  soak,
  torture,
  train,
  views: viewsBench,
  ...gradientBenches,
  ...parityBenches,
  ...surpriseBenches,
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

async function results(
  _files: readonly string[],
  folder: string,
  { set, quick = false, only, seeds, run, json }: BenchOptions,
): Promise<void> {
  const done = await benchResults(quick ? folder : run, { set, only, seeds, quick });
  console.log(json ? JSON.stringify(done) : resultsText(done));
}

/** A video to work on when none is named: 4,000 frames of bouncing balls. */
async function manyBalls(folder: string): Promise<string> {
  const file = join(folder, 'balls.mp4');
  const clips = await bouncingBallsDataset.open();
  const frames = Array.from({ length: 5 }, (_, index) => clips('train', index, 800).frames).flat();
  await writeVideo(file, frames, { rate: 25 });
  return file;
}
