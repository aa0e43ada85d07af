import { basename, dirname, extname, join } from 'node:path';
import { UsageError } from '../common/errors.js';
import { makeFolder } from '../common/files/makeFolder.js';
import { withoutPasswords } from '../common/text/withoutPasswords.js';
import { expectedFrames } from '../data/framesIn.js';
import { frameOptions } from '../data/videoSource.js';
import { loadRun } from '../engine/loadRun.js';
import { fromBytes, type Predictor, toBytes } from '../engine/predictor.js';
import { type Moment, meanSquaredError } from '../report/frames/predictionPanels.js';
import { predictionVideo } from '../report/frames/predictionVideo.js';
import { noteFirstWeights } from '../runs/firstWeights.js';
import { RunFolder } from '../runs/runFolder.js';
import {
  type Frame,
  findSources,
  probeVideo,
  readFrames,
  type VideoSource,
  writeVideo,
} from '../video/index.js';
import { countFrames } from './predicting/countFrames.js';
import { fetchNpmVideos } from './sources/npmVideo.js';
import { skipsTo } from './sources/skipNote.js';
import type { Watching } from './watching.js';

export interface PredictOptions extends Watching {
  /** Frames to go on for past the end of the video, each predicted from the prediction before; 0 by default. */
  readonly horizon?: number;
  /** Where to, ending in `.mp4` or `.gif`; `predictions/<name of the video>.mp4` in the run folder by default. */
  readonly out?: string;
}

/** What a prediction over a video came to; errors are mean squared per pixel value, over all frames but the first. */
export interface Predicted {
  readonly out: string;
  readonly frames: number;
  readonly horizon: number;
  /** Missing for a video of a single frame, of which nothing was to be predicted. */
  readonly model?: number;
  readonly copyLast?: number;
}

/**
 * Write a video of truth, prediction, copy-last and both errors over a whole video, and `horizon` frames past its end.
 * @param path run folder
 * @param video a file, a pipe, a camera or stream, or `npm:…`
 * @throws UsageError when `video` holds several, or `out` ends in something else; ForeframeError when there is no run or video, the
 * run has saved no weights, or `out` cannot be written; InterruptedError when `signal` was aborted
 */
export async function predict(path: string, video: string, options: PredictOptions = {}): Promise<Predicted> {
  const run = await RunFolder.open(path);
  const out = options.out ?? join(run.path, 'predictions', `${nameOf(video)}.mp4`);
  if (!/\.(mp4|gif)$/.test(out)) throw new UsageError(`--out ${out}: end the name in .mp4 or .gif`);
  const { horizon = 0, ...watching } = options;
  // Looked at before TensorFlow is loaded, so that a wrong name is refused at once.
  const source = await oneVideo(video, watching);
  await makeFolder(dirname(out));
  await noteFirstWeights(run, watching.onNote);
  const model = await loadRun(run.path);
  try {
    const { data } = model.config;
    const info = source.kind === 'input' ? undefined : await probeVideo(source);
    const rate = data.rate ?? info?.frameRate ?? 25;
    const note = (line: string) => watching.onNote?.(line);
    const { signal } = watching;
    const frames = readFrames(source, {
      ...frameOptions(data),
      onSkip: skipsTo(note),
      onWait: note,
      signal,
    });
    const sums = { count: 0, model: 0, copyLast: 0 };
    const moments = watched(model.predictor, frames, { horizon, rate }, sums);
    const drawn = predictionVideo(
      moments,
      countFrames(expectedFrames(source, info, data.rate) ?? 0, horizon, watching),
    );
    await writeVideo(out, drawn, { rate, signal });
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

function nameOf(video: string): string {
  const shown = withoutPasswords(video);
  return basename(shown, extname(shown));
}

async function oneVideo(input: string, { onNote }: Watching): Promise<VideoSource> {
  const sources = await findSources(await fetchNpmVideos([input], { onNote }));
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

/** Every frame of the video but the first beside what was expected of it, then what is expected past its end. */
async function* watched(
  predictor: Predictor,
  frames: AsyncIterable<Frame>,
  { horizon, rate }: { readonly horizon: number; readonly rate: number },
  sums: Sums,
): AsyncGenerator<Moment> {
  let last: Frame | undefined;
  let expected: Float32Array | undefined;
  for await (const truth of frames) {
    if (last && expected) {
      const prediction = { ...truth, data: toBytes(expected) };
      sums.count++;
      sums.model += meanSquaredError(prediction, truth);
      sums.copyLast += meanSquaredError(last, truth);
      yield { time: truth.time, ahead: 1, prediction, copyLast: last, truth };
    }
    last = truth;
    expected = await predictor.watch(fromBytes(truth.data));
  }
  if (!last || !expected) return;
  let ahead = 0;
  for await (const values of predictor.rolloutFrames(expected, horizon)) {
    ahead++;
    const prediction = { ...last, data: toBytes(values) };
    yield { time: last.time + ahead / rate, ahead, prediction, copyLast: last };
  }
}
