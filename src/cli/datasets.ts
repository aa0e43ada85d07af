import { videoFolderCard } from '../../datasets/building/videoFolder.js';
import type { DataCard } from '../../datasets/dataset.js';
import { datasets } from '../../datasets/index.js';
import { buildDataset, type DatasetBuildOptions, datasetCards, showDataset } from '../library/datasets.js';
import type { OwnSummary } from '../library/sources/ownSummary.js';
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
  const { card, own, sheet } = await withInterrupt((signal) =>
    showDataset(name, { out, videos, signal, onNote: console.error }),
  );
  if (json) console.log(JSON.stringify({ ...(own ?? card), sheet }));
  else {
    console.log(own ? ownText(own) : cardText(card));
    if (sheet) console.log(`wrote ${sheet}`);
  }
}

/** What a table or folder of one's own holds. */
function ownText({
  origin,
  rows,
  files,
  classes,
  groups,
  splits,
  columns,
  seconds,
  frames,
  notes,
}: OwnSummary) {
  const three = ({ train, validation, test }: OwnSummary['splits']['rows']) => [train, validation, test];
  const how = splits.given ? 'as given' : groups ? 'by group' : 'by file';
  const lengths = seconds
    ? `, ${seconds.total.toFixed(1)} s in all, ${seconds.shortest.toFixed(2)} to ${seconds.longest.toFixed(2)} s each`
    : '';
  const lines = [`${origin}: ${rows} rows of ${files} files, ${frames} frames${lengths}`];
  if (groups)
    lines.push(`groups:   ${groups.count} (${three(groups.splits).join(' + ')} to train, validate and test)`);
  for (const column of columns) {
    const { name, missing } = column;
    if (column.kind === 'empty') {
      lines.push(`column:   ${name}: no row has a value`);
      continue;
    }
    const what =
      column.kind === 'numbers'
        ? `numbers from ${column.from} to ${column.to}`
        : `text, ${column.values} different: ${column.examples.join(', ')}${column.values > column.examples.length ? ', …' : ''}`;
    lines.push(`column:   ${name}: ${what}${missing > 0 ? `; ${missing} rows have none` : ''}`);
  }
  const table = classes.map(({ name, rows: count, splits: by }) => [
    name || 'no class',
    `${count}`,
    ...three(by).map(String),
  ]);
  const all = ['all', `${rows}`, ...three(splits.rows).map(String)];
  const named = classes.length === 1 && classes[0]!.name === '' ? [all] : [...table, all];
  lines.push(
    '',
    textTable(['class', 'rows', 'train', 'validation', 'test'], named),
    `split ${how}`,
    ...notes,
  );
  return lines.join('\n');
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
