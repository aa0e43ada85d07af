import type { Dataset } from '../../../datasets/dataset.js';
import { UsageError } from '../../common/errors.js';
import type { OwnRow } from '../../data/own/ownRow.js';
import {
  type FilmstripRow,
  type Frame,
  findSources,
  probeVideo,
  readFrames,
  type VideoSource,
} from '../../video/index.js';
import type { Watching } from '../watching.js';
import { fetchNpmVideos } from './npmVideo.js';

type Note = Pick<Watching, 'onNote'>;

/** Clips and frames on a contact sheet; own videos are shown in frames of this size. */
const SHEET = { clips: 6, frames: 10, width: 128, height: 96 };

/** The first clips of the training split, labelled with what they show. */
export async function datasetRows(dataset: Dataset, { onNote }: Note): Promise<FilmstripRow[]> {
  const clips = await dataset.open({ onProgress: onNote });
  return Array.from({ length: SHEET.clips }, (_, index) => {
    const { frames, labels = {} } = clips('train', index);
    const shown = Object.values(labels).join(' ');
    return { label: `train ${index}${shown ? `: ${shown}` : ''}`, frames: spread(frames) };
  });
}

/** Frames over the whole length of the first videos. */
export async function videoRows(videos: readonly string[], note: Note): Promise<FilmstripRow[]> {
  if (videos.length === 0) return [];
  const sources = (await findSources(await fetchNpmVideos(videos, note))).slice(0, SHEET.clips);
  return Promise.all(
    sources.map(async (source, i) => ({ label: `video ${i + 1}`, frames: await videoFrames(source) })),
  );
}

/** Frames over the whole length of the first of one's own clips or images, one of each class first, labelled with it. */
export async function ownSheetRows(rows: readonly OwnRow[]): Promise<FilmstripRow[]> {
  const firsts = rows.filter(({ label }, at) => rows.findIndex((other) => other.label === label) === at);
  const others = rows.filter((row) => !firsts.includes(row));
  const chosen = [...firsts, ...others].slice(0, SHEET.clips);
  return Promise.all(
    chosen.map(async ({ source, label, start, end }) => ({
      label: label || 'no class',
      frames: await videoFrames(source, { start, end }),
    })),
  );
}

async function videoFrames(
  source: VideoSource,
  { start = 0, end }: Pick<OwnRow, 'start' | 'end'> = {},
): Promise<readonly Frame[]> {
  if (source.kind === 'input')
    throw new UsageError(`${source.name} has no length to choose frames from: name a file or a folder`);
  const whole = await probeVideo(source);
  const duration = Math.min(end ?? whole.duration, whole.duration) - start;
  const { width, height } = SHEET;
  const rate = duration > 0 && source.kind === 'file' ? SHEET.frames / duration : undefined;
  const frames: Frame[] = [];
  const stretch = { ...(start > 0 && { start }), ...(end !== undefined && { duration: end - start }) };
  const how = { width, height, color: 'rgb', fit: 'contain', rate, ...stretch } as const;
  for await (const frame of readFrames(source, how)) frames.push(frame);
  return spread(frames);
}

/** As many frames as fit on the sheet, at equal distances. */
function spread(frames: readonly Frame[]): readonly Frame[] {
  const every = Math.max(1, Math.floor(frames.length / SHEET.frames));
  return frames.filter((_, t) => t % every === 0).slice(0, SHEET.frames);
}
