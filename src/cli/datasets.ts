import { join } from 'node:path';
import { buildDataset, type ClipCounts } from '../../datasets/build.js';
import type { DataCard, Dataset } from '../../datasets/dataset.js';
import { datasets, findDataset } from '../../datasets/index.js';
import { videoFolderCard } from '../../datasets/videoFolder.js';
import { atomicWrite } from '../common/atomicWrite.js';
import { cacheFolder } from '../common/cacheFolder.js';
import { UsageError } from '../common/errors.js';
import {
  type FilmstripRow,
  type Frame,
  filmstrip,
  findSources,
  probeVideo,
  readFrames,
  type VideoSource,
} from '../video/index.js';
import { fetchNpmVideos } from './npmVideo.js';
import { startProgress, textTable, withInterrupt } from './terminal.js';

/** Clips and frames on a contact sheet; own videos are shown in frames of this size. */
const SHEET = { clips: 6, frames: 10, width: 128, height: 96 };

/** `foreframe datasets list` */
export function datasetsListCommand(options: { json?: boolean }): void {
  const cards = datasets.map(({ card }) => card);
  if (options.json) {
    console.log(JSON.stringify([...cards, videoFolderCard]));
    return;
  }
  const rows = cards.map((card) => [card.name, `${card.width}×${card.height}×${card.channels}`, card.title]);
  rows.push([videoFolderCard.name, 'any', videoFolderCard.title]);
  console.log(textTable(['name', 'frame', 'what it is'], rows));
}

/** `foreframe datasets show NAME [VIDEO…]`: the card, and a contact sheet. */
export async function datasetsShowCommand(
  name: string,
  options: { out?: string; json?: boolean; videos?: readonly string[] },
): Promise<void> {
  const { videos = [] } = options;
  const own = name === videoFolderCard.name;
  if (!own && videos.length > 0)
    throw new UsageError(
      `${name} makes its own clips: videos are for \`datasets show ${videoFolderCard.name}\``,
    );
  const dataset = own ? undefined : findDataset(name);
  const card = dataset?.card ?? videoFolderCard;
  const rows = dataset ? await datasetRows(dataset) : await videoRows(videos);
  const sheet = rows.length > 0 ? (options.out ?? `${name}.png`) : undefined;
  if (sheet) await atomicWrite(sheet, await filmstrip(rows));
  if (options.json) console.log(JSON.stringify({ ...card, sheet }));
  else {
    console.log(cardText(card, dataset?.card));
    if (sheet) console.log(`wrote ${sheet}`);
  }
}

function cardText(card: DataCard, clips?: Dataset['card']): string {
  const lines = [`${card.title} (${card.name})`, card.description];
  lines.push(`source:   ${card.source}`, `licence:  ${card.licence}`);
  if (clips) {
    const { width, height, channels, framesPerClip, rate } = clips;
    lines.push(`frames:   ${width}×${height}, ${channels} channel(s), ${framesPerClip} a clip, ${rate}/s`);
  }
  const counts = Object.entries(clips?.clips ?? {}).map(([split, count]) => `${split} ${count}`);
  lines.push(`splits:   ${counts.length > 0 ? `${counts.join(', ')}. ` : ''}${card.splits}`);
  for (const [latent, meaning] of Object.entries(card.latentVariables))
    lines.push(`latent:   ${latent}: ${meaning}`);
  for (const [label, meaning] of Object.entries(card.labels ?? {}))
    lines.push(`label:    ${label}: ${meaning}`);
  return lines.join('\n');
}

/** The first clips of the training split, labelled with what they show. */
async function datasetRows(dataset: Dataset): Promise<FilmstripRow[]> {
  const clips = await dataset.open({ onProgress: console.error });
  return Array.from({ length: SHEET.clips }, (_, index) => {
    const { frames, labels = {} } = clips('train', index);
    const shown = Object.values(labels).join(' ');
    return { label: `train ${index}${shown ? `: ${shown}` : ''}`, frames: spread(frames) };
  });
}

/** Frames over the whole length of the first videos. */
async function videoRows(videos: readonly string[]): Promise<FilmstripRow[]> {
  if (videos.length === 0) return [];
  const sources = (await findSources(await fetchNpmVideos(videos))).slice(0, SHEET.clips);
  return Promise.all(
    sources.map(async (source, i) => ({ label: `video ${i + 1}`, frames: await videoFrames(source) })),
  );
}

async function videoFrames(source: VideoSource): Promise<readonly Frame[]> {
  if (source.kind === 'input')
    throw new UsageError(`${source.name} has no length to choose frames from: name a file or a folder`);
  const { duration } = await probeVideo(source);
  const { width, height } = SHEET;
  const rate = duration > 0 && source.kind === 'file' ? SHEET.frames / duration : undefined;
  const frames: Frame[] = [];
  for await (const frame of readFrames(source, { width, height, color: 'rgb', fit: 'contain', rate }))
    frames.push(frame);
  return spread(frames);
}

/** As many frames as fit on the sheet, at equal distances. */
function spread(frames: readonly Frame[]): readonly Frame[] {
  const every = Math.max(1, Math.floor(frames.length / SHEET.frames));
  return frames.filter((_, t) => t % every === 0).slice(0, SHEET.frames);
}

/** `foreframe datasets build NAME`: clips as mp4 files with their latent variables and labels. */
export async function datasetsBuildCommand(
  name: string,
  options: { out?: string; train?: number; validation?: number; test?: number },
): Promise<void> {
  if (name === videoFolderCard.name)
    throw new UsageError(
      `${name} stands for your own videos: they need no building, name them after the pipeline`,
    );
  const dataset = findDataset(name);
  const { clips } = dataset.card;
  const counts: ClipCounts = {
    train: options.train ?? clips.train,
    validation: options.validation ?? clips.validation,
    test: options.test ?? clips.test,
  };
  const root = options.out ?? join(cacheFolder(), 'datasets');
  const progress = startProgress(`encoding ${name}`, counts.train + counts.validation + counts.test);
  try {
    const { folder } = await withInterrupt((signal) =>
      buildDataset(dataset, counts, root, {
        signal,
        onFetch: progress.line,
        onProgress: (done, total) => progress.update(done, `${done} of ${total} clips`),
      }),
    );
    console.log(folder);
  } finally {
    progress.stop();
  }
}
