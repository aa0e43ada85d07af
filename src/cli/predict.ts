import { basename, dirname, extname, join } from 'node:path';
import { UsageError } from '../common/errors.js';
import { makeFolder } from '../common/makeFolder.js';
import { errorFrame } from '../report/errorMap.js';
import { sideBySide } from '../report/predictionVideo.js';
import { loadRun } from '../training/loadRun.js';
import { fromBytes, type Predictor, toBytes } from '../training/predictor.js';
import { RunFolder } from '../training/runFolder.js';
import { frameOptions } from '../training/videoSource.js';
import {
  type Frame,
  findSources,
  probeVideo,
  readFrames,
  type VideoSource,
  writeVideo,
} from '../video/index.js';
import { reportSkip } from './experiment.js';
import { fetchNpmVideos } from './npmVideo.js';
import { withInterrupt } from './terminal.js';

export interface PredictOptions {
  readonly horizon: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** What a prediction over a video came to; errors are mean squared, over all frames but the first. */
export interface PredictionSummary {
  readonly out: string;
  readonly frames: number;
  readonly horizon: number;
  /** Missing for a video of a single frame, of which nothing was to be predicted. */
  readonly model?: number;
  readonly copyLast?: number;
}

/** `foreframe predict RUN VIDEO` */
export async function predictCommand(runPath: string, video: string, options: PredictOptions): Promise<void> {
  const run = await RunFolder.open(runPath);
  const out = options.out ?? join(run.path, 'predictions', `${basename(video, extname(video))}.mp4`);
  if (!/\.(mp4|gif)$/.test(out)) throw new UsageError(`--out ${out}: end the name in .mp4 or .gif`);
  const summary = await withInterrupt((signal) => predictVideo(run, video, out, options.horizon, signal));
  if (options.json) console.log(JSON.stringify(summary));
  else {
    console.log(summaryText(summary));
    console.log(`wrote ${out}`);
  }
}

function summaryText({ frames, horizon, model, copyLast }: PredictionSummary): string {
  if (model === undefined || copyLast === undefined)
    return `1 frame, and ${horizon} expected after it: no truth to compare with`;
  return `${frames} frames: mean squared error ${model.toPrecision(4)}, copy-last ${copyLast.toPrecision(4)}; ${horizon} more past the end`;
}

/** Write input | truth | prediction | error for a whole video, and `horizon` frames past its end. */
export async function predictVideo(
  run: RunFolder,
  video: string,
  out: string,
  horizon: number,
  signal?: AbortSignal,
): Promise<PredictionSummary> {
  // Looked at before TensorFlow is loaded, so that a wrong name is refused at once.
  const source = await oneVideo(video);
  await makeFolder(dirname(out));
  const model = await loadRun(run.path);
  try {
    const { data } = model.config;
    const rate = data.rate ?? (source.kind === 'input' ? 25 : (await probeVideo(source)).frameRate);
    const frames = readFrames(source, {
      ...frameOptions(data),
      onSkip: reportSkip,
      onWait: console.error,
      signal,
    });
    const sums = { count: 0, model: 0, copyLast: 0 };
    await writeVideo(out, panels(model.predictor, frames, horizon, sums), { rate, signal });
    return {
      out,
      frames: sums.count + 1,
      horizon,
      ...(sums.count > 0 && { model: sums.model / sums.count, copyLast: sums.copyLast / sums.count }),
    };
  } finally {
    await model.dispose();
  }
}

async function oneVideo(input: string): Promise<VideoSource> {
  const sources = await findSources(await fetchNpmVideos([input]));
  if (sources.length > 1)
    throw new UsageError(
      `${input} holds ${sources.length} videos: name one of them, such as ${sources[0]!.name}`,
    );
  return sources[0]!;
}

interface Sums {
  count: number;
  model: number;
  copyLast: number;
}

async function* panels(
  predictor: Predictor,
  frames: AsyncIterable<Frame>,
  horizon: number,
  sums: Sums,
): AsyncGenerator<Frame> {
  let seen: Frame | undefined;
  let expected: Float32Array | undefined;
  for await (const truth of frames) {
    if (seen && expected) {
      const prediction = { ...truth, data: toBytes(expected) };
      sums.count++;
      sums.model += meanSquaredError(prediction, truth);
      sums.copyLast += meanSquaredError(seen, truth);
      yield fourPanels(seen, truth, prediction);
    }
    seen = truth;
    expected = await predictor.watch(fromBytes(truth.data));
  }
  if (!seen || !expected) return;
  const nothing = { ...seen, data: new Uint8Array(seen.data.length) };
  let shown = { caption: 'input', frame: seen };
  let step = 0;
  for await (const ahead of predictor.rolloutFrames(expected, horizon)) {
    step++;
    const prediction = { ...seen, data: toBytes(ahead) };
    yield await sideBySide([
      shown,
      { caption: 'no truth: past the end', frame: nothing },
      { caption: `prediction, +${step}`, frame: prediction },
      { caption: 'no error', frame: nothing },
    ]);
    shown = { caption: 'its own last', frame: prediction };
  }
}

function fourPanels(seen: Frame, truth: Frame, prediction: Frame): Promise<Frame> {
  return sideBySide([
    { caption: 'input', frame: seen },
    { caption: 'truth', frame: truth },
    { caption: 'prediction', frame: prediction },
    { caption: 'error', frame: errorFrame(truth, prediction) },
  ]);
}

function meanSquaredError(guess: Frame, truth: Frame): number {
  let sum = 0;
  for (let i = 0; i < truth.data.length; i++) sum += ((guess.data[i]! - truth.data[i]!) / 255) ** 2;
  return sum / truth.data.length;
}
