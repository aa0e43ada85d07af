import { existsSync } from 'node:fs';
import { findDataset } from '../../../datasets/index.js';
import { UsageError } from '../../common/errors.js';
import { withoutPasswords } from '../../common/text/withoutPasswords.js';
import type { DataConfig } from '../../config/dataConfig.js';
import { ownOrigin } from '../../config/ownKeys.js';
import { expectedFrames } from '../../data/framesIn.js';
import { ownSource } from '../../data/own/ownSource.js';
import { type EveryText, parseEvery } from '../../extraction/streams/every.js';
import { type Following, type FollowOptions, openFollowing } from '../../extraction/streams/followVideos.js';
import type { VideoColumns, VideoStretch } from '../../extraction/streams/videoStretch.js';
import type { WatchedConfig } from '../../extraction/watchedRun.js';
import { findSources, probeVideo } from '../../video/index.js';
import { fetchNpmVideos } from '../sources/npmVideo.js';
import { type OwnChoice, ownChoice, settingsFor } from '../sources/ownExtraction.js';
import { ownRows } from '../sources/ownRows.js';
import { checkNoPipe } from '../sources/runSource.js';
import { skipsTo } from '../sources/skipNote.js';
import type { Watching } from '../watching.js';
import { openWatched } from './openWatched.js';

/** A video that is watched from its first frame to its last, or a part of it, and what is known of it. */
export interface WatchedVideo {
  /** A file, folder, pattern, pipe or live input. */
  readonly video: string;
  /** Seconds from the beginning: the memory is empty there. The first frame by default. */
  readonly from?: number;
  /** Seconds from the beginning: what is shown from then on is not watched. */
  readonly to?: number;
  /** What is known of it, such as a label: goes into each of its rows, by name. */
  readonly columns?: VideoColumns;
}

/** How whole videos are looked into. */
export interface FollowedOptions
  extends Omit<Watching, 'onProgress'>,
    Pick<FollowOptions, 'layers' | 'pool' | 'weights' | 'steps' | 'onFrame'> {
  /** The run's own videos by default. */
  readonly videos?: readonly (string | WatchedVideo)[];
  readonly every: EveryText;
  /** Of all videos that say nothing else. */
  readonly from?: number;
  readonly to?: number;
}

/** Whole videos, ready to be followed. */
export interface Followed extends Following {
  /** About how many frames there are; unknown for live inputs. */
  readonly frames: number | undefined;
  /** They end only when somebody stops them. */
  readonly live: boolean;
}

/**
 * Open a run to look into whole videos.
 * @param path run folder
 * @throws UsageError for a layer, time or name that does not fit; ForeframeError when there is no run, video or weights
 */
export async function openFollowed(path: string, options: FollowedOptions): Promise<Followed> {
  const { every, layers, pool, weights, steps, signal, onNote, onFrame } = options;
  const parsed = parseEvery(every);
  if (steps !== undefined && parsed.kind !== 'clip')
    throw new UsageError(`--steps ${steps} says how long clips are: use it with --every clip`);
  const { run, config } = await openWatched(path, { weights, onNote });
  const given = options.videos ?? [];
  if (given.length === 0) checkNoPipe(run, config.data.videos);
  const origin = ownOrigin(config.data);
  const named = given.length > 0 ? given : origin === undefined ? config.data.videos : [origin];
  if (named.length === 0) throw noVideos(every);
  const asked = named.map((each): WatchedVideo => (typeof each === 'string' ? { video: each } : each));
  const videos = await stretchesOf(asked, config, options);
  const following = await openFollowing({
    ...{ run, config, videos, every: parsed, layers, pool, weights, steps, signal, onFrame },
    description: describe(asked, options),
    onSkip: skipsTo(onNote),
    onWait: onNote,
  });
  return {
    ...following,
    frames: await framesOf(videos, config.data, signal),
    live: videos.some(({ source }) => source.kind === 'input'),
  };
}

/** About how many frames all videos hold at the pipeline's rate; unknown where one has no end of its own. */
async function framesOf(
  videos: readonly VideoStretch[],
  { rate }: Pick<DataConfig, 'rate'>,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let sum = 0;
  for (const { source, ...stretch } of videos) {
    if (source.kind === 'input') return undefined;
    const frames = expectedFrames(source, await probeVideo(source, { rate, signal }), rate, stretch);
    if (frames === undefined) return undefined;
    sum += frames;
  }
  return sum;
}

/** Each on its own: tables, folders of classes and videos may stand side by side. */
async function stretchesOf(
  asked: readonly WatchedVideo[],
  config: WatchedConfig,
  { from, to, every, onNote, signal }: FollowedOptions,
): Promise<VideoStretch[]> {
  const videos: VideoStretch[] = [];
  for (const { video, columns, ...times } of asked) {
    const stretch = { from: times.from ?? from, to: times.to ?? to, columns };
    const own = await ownChoice([video], config);
    if (own) {
      const { data } = settingsFor(own, config);
      videos.push(...(await ownStretches(own, data, { ...stretch, onNote, signal })));
      continue;
    }
    checkNoDataset(video, every);
    for (const source of await findSources(await fetchNpmVideos([video], { onNote })))
      videos.push({ source, ...stretch });
  }
  return videos;
}

/** The clips of a table or of a folder of classes, with what is known of each; those of the run say which split they are of. */
async function ownStretches(
  { ofRun, ...origin }: OwnChoice,
  data: DataConfig,
  { from, to, columns: added, onNote, signal }: Omit<VideoStretch, 'source'> & Watching,
): Promise<VideoStretch[]> {
  const own = await ownRows(origin, 'videos', { onNote });
  const { columnsOf } = await ownSource(own, data, { onNote, signal, clip: 1, undivided: !ofRun });
  return own.rows.flatMap(({ source, start, end }) => {
    const columns = columnsOf(source.name);
    // One without is too short to hold a frame.
    return columns ? [{ source, from: start ?? from, to: end ?? to, columns: { ...columns, ...added } }] : [];
  });
}

/** @throws UsageError where a dataset's name was given for a video */
function checkNoDataset(video: string, every: string): void {
  if (!/^[\w-]+$/.test(video) || video === '-' || existsSync(video)) return;
  const { card } = findDataset(video);
  throw new UsageError(
    `--every ${every} watches whole videos, and ${card.name} is a dataset of clips: use --times all instead, or name videos`,
  );
}

/** Videos that are named one by one in a file's metadata. */
const NAMED = 8;

/** One line for people. */
function describe(asked: readonly WatchedVideo[], all: Pick<FollowedOptions, 'from' | 'to'>): string {
  const names = asked.slice(0, NAMED).map(({ video, from = all.from, to = all.to }) => {
    const begin = from === undefined ? '' : ` from ${from} s`;
    return `${video}${begin}${to === undefined ? '' : ` to ${to} s`}`;
  });
  const more = asked.length - names.length;
  return withoutPasswords(`${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`);
}

function noVideos(every: string): UsageError {
  return new UsageError(
    `--every ${every} watches whole videos, and the run was trained on none: name one after the run`,
  );
}
