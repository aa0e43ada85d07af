import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDataset, type ClipCounts } from '../../datasets/build.js';
import { datasets, findDataset } from '../../datasets/index.js';
import { atomicWrite } from '../common/atomicWrite.js';
import { cacheFolder } from '../common/cacheFolder.js';
import { filmstrip } from '../video/index.js';
import { interruptSignal, startProgress, textTable } from './terminal.js';

/** Clips and frames on a contact sheet. */
const SHEET = { clips: 6, frames: 10 };

/** `foreframe datasets list` */
export function datasetsListCommand(options: { json?: boolean }): void {
  const cards = datasets.map(({ card }) => card);
  if (options.json) console.log(JSON.stringify(cards));
  else {
    const rows = cards.map((card) => [
      card.name,
      `${card.width}×${card.height}×${card.channels}`,
      card.title,
    ]);
    console.log(textTable(['name', 'frame', 'what it is'], rows));
  }
}

/** `foreframe datasets show NAME`: the card, and a contact sheet. */
export async function datasetsShowCommand(
  name: string,
  options: { out?: string; json?: boolean },
): Promise<void> {
  const dataset = findDataset(name);
  const { card } = dataset;
  const out = options.out ?? `${name}.png`;
  const rows = Array.from({ length: SHEET.clips }, (_, index) => {
    const { frames } = dataset.clip('train', index);
    const every = Math.max(1, Math.floor(frames.length / SHEET.frames));
    return {
      label: `train ${index}`,
      frames: frames.filter((_, t) => t % every === 0).slice(0, SHEET.frames),
    };
  });
  await atomicWrite(out, await filmstrip(rows));
  if (options.json) {
    console.log(JSON.stringify({ ...card, sheet: out }));
    return;
  }
  console.log(`${card.title} (${card.name})\n${card.description}`);
  console.log(`source:   ${card.source}\nlicence:  ${card.licence}`);
  console.log(
    `frames:   ${card.width}×${card.height}, ${card.channels} channel(s), ${card.framesPerClip} a clip, ${card.rate}/s`,
  );
  console.log(
    `splits:   ${Object.entries(card.clips)
      .map(([split, count]) => `${split} ${count}`)
      .join(', ')}. ${card.splits}`,
  );
  for (const [latent, meaning] of Object.entries(card.latentVariables))
    console.log(`latent:   ${latent}: ${meaning}`);
  console.log(`wrote ${out}`);
}

/** `foreframe datasets build NAME`: clips as mp4 files with their latent variables. */
export async function datasetsBuildCommand(
  name: string,
  options: { out?: string; train?: number; validation?: number; test?: number },
): Promise<void> {
  const dataset = findDataset(name);
  const { clips } = dataset.card;
  const counts: ClipCounts = {
    train: options.train ?? clips.train,
    validation: options.validation ?? clips.validation,
    test: options.test ?? clips.test,
  };
  const root = options.out ?? join(cacheFolder(), 'datasets');
  await mkdir(root, { recursive: true });
  const progress = startProgress(`encoding ${name}`, counts.train + counts.validation + counts.test);
  try {
    const { folder } = await buildDataset(dataset, counts, root, {
      signal: interruptSignal(),
      onProgress: (done, total) => progress.update(done, `${done} of ${total} clips`),
    });
    console.log(folder);
  } finally {
    progress.stop();
  }
}
