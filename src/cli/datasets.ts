import { videoFolderCard } from '../../datasets/building/videoFolder.js';
import type { DataCard } from '../../datasets/dataset.js';
import { datasets } from '../../datasets/index.js';
import { buildDataset, type DatasetBuildOptions, datasetCards, showDataset } from '../library/datasets.js';
import { drawnWork } from './terminal/drawnWork.js';
import { textTable, withInterrupt } from './terminal/terminal.js';

/** `foreframe datasets list` */
export function datasetsListCommand(options: { json?: boolean }): void {
  if (options.json) {
    console.log(JSON.stringify(datasetCards()));
    return;
  }
  const rows = datasets.map(({ card }) => [
    card.name,
    `${card.width}×${card.height}×${card.channels}`,
    card.title,
  ]);
  rows.push([videoFolderCard.name, 'any', videoFolderCard.title]);
  console.log(textTable(['name', 'frame', 'what it is'], rows));
}

/** `foreframe datasets show NAME [VIDEO…]`: the card, and a contact sheet. */
export async function datasetsShowCommand(
  name: string,
  { json, out, videos }: { out?: string; json?: boolean; videos?: readonly string[] },
): Promise<void> {
  const { card, sheet } = await showDataset(name, { out, videos, onNote: console.error });
  if (json) console.log(JSON.stringify({ ...card, sheet }));
  else {
    console.log(cardText(card));
    if (sheet) console.log(`wrote ${sheet}`);
  }
}

function cardText(card: DataCard): string {
  const clips = datasets.find((each) => each.card === card)?.card;
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

/** `foreframe datasets build NAME`: clips as mp4 files with their latent variables and labels. */
export async function datasetsBuildCommand(
  name: string,
  options: Pick<DatasetBuildOptions, 'out' | 'train' | 'validation' | 'test'>,
): Promise<void> {
  const { folder } = await withInterrupt((signal) =>
    drawnWork((watching) => buildDataset(name, { ...options, signal, ...watching })),
  );
  console.log(folder);
}
