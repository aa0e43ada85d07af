import { InterruptedError, UsageError } from '../../common/errors.js';
import { noteFirstWeights } from '../../runs/firstWeights.js';
import { RunFolder } from '../../runs/runFolder.js';
import { type SurpriseSettings, surpriseSettings } from '../../surprise/index.js';
import { findSources, type VideoSource } from '../../video/index.js';
import { fetchNpmVideos } from '../sources/npmVideo.js';
import type { Watching } from '../watching.js';
import { openWatchingModel, type WatchingModel } from './watchingModel.js';
import { type SeenFrame, type SourceEnd, watchVideo } from './watchVideo.js';

export interface WatchAllOptions extends Partial<SurpriseSettings>, Pick<Watching, 'signal' | 'onNote'> {
  /** Go on learning: so many steps for each frame, where `true` is 1. A live input is learned from while no frame waits. */
  readonly learn?: boolean | number;
  /** Folder of a new run for what was learned. */
  readonly save?: string;
}

/** A video that is watched, for whoever takes its frames: it has to be read to its end, or closed. */
export interface WatchedVideo {
  readonly source: VideoSource;
  readonly model: WatchingModel;
  readonly seen: AsyncGenerator<SeenFrame | SourceEnd, void, undefined>;
}

/**
 * Watch videos with the best weights of a run: files one after the other, live inputs beside them. Aborting `signal` is how live
 * inputs end; files that were not yet over then end in an InterruptedError. What was learned is saved in either case.
 * @param take called for each video @returns steps that were learned
 */
export async function watchAll(
  run: string,
  videos: readonly string[],
  options: WatchAllOptions,
  take: (video: WatchedVideo) => Promise<void>,
): Promise<{ readonly learned: number }> {
  const { learn: asked = 0, save, signal, onNote, ...given } = options;
  const learn = checkedSteps(asked, save);
  const settings = surpriseSettings(given);
  if (save !== undefined) RunFolder.checkFree(save);
  const opened = await RunFolder.open(run);
  const sources = await findSources(await fetchNpmVideos(videos, { onNote }));
  await noteFirstWeights(opened, onNote);
  const model = await openWatchingModel(run, learn > 0);
  // A lane that fails stops the others: nobody would look at them any more.
  const stop = new AbortController();
  const all = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const watch = (source: VideoSource) =>
    take({ source, model, seen: watchVideo(source, model, { settings, learn, signal: all, onNote }) });
  const lanes = lanesOf(sources).map(async (lane) => {
    for (const source of lane) await watch(source);
  });
  try {
    const results = await Promise.allSettled(
      lanes.map((lane) =>
        lane.catch((error) => {
          stop.abort();
          throw error;
        }),
      ),
    );
    // Also where it was stopped or a video failed, which is thrown afterwards.
    const learned = model.learner?.steps ?? 0;
    if (learned > 0 && save !== undefined) await model.save(save);
    if (learn > 0) onNote?.(learnedText(learned, save));
    throwFirst(results, sources, signal);
    return { learned };
  } finally {
    await model.dispose();
  }
}

function learnedText(steps: number, save: string | undefined): string {
  if (steps === 0)
    return `nothing was learned yet${save === undefined ? '' : `, and ${save} was not written`}`;
  return `${steps} steps were learned${save === undefined ? ', and not kept: --save keeps them' : `: ${save}`}`;
}

/** What is watched side by side: each live input, and all files in a row. */
function lanesOf(sources: readonly VideoSource[]): VideoSource[][] {
  const live = sources.filter(({ kind }) => kind === 'input');
  const files = sources.filter(({ kind }) => kind !== 'input');
  return [...live.map((source) => [source]), ...(files.length > 0 ? [files] : [])];
}

/** The first failure that is not a stop; a stop of live inputs alone is how they end. */
function throwFirst(
  results: readonly PromiseSettledResult<void>[],
  sources: readonly VideoSource[],
  signal: AbortSignal | undefined,
): void {
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const failure = errors.find((error) => !(error instanceof InterruptedError));
  if (failure !== undefined) throw failure;
  const followed = signal?.aborted && sources.every(({ kind }) => kind === 'input');
  if (errors.length > 0 && !followed) throw errors[0];
}

function checkedSteps(learn: boolean | number, save: string | undefined): number {
  const steps = Number(learn);
  if (!Number.isSafeInteger(steps) || steps < 0)
    throw new UsageError(`learn ${learn}: give a whole number of steps for each frame`);
  if (save !== undefined && steps === 0)
    throw new UsageError(
      `--save ${save}: nothing new is learned without --learn: add it, or leave --save out`,
    );
  return steps;
}
