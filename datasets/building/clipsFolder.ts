import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Split } from '../../src/stream/frameSource.js';
import type { Dataset } from '../dataset.js';

/** Clips of each split, and their length where it is not the card's. */
export type ClipCounts = Readonly<Record<Split, number>> & { readonly frames?: number };

/**
 * The folder below `root` that holds these clips of a dataset. Its name has a key of everything that decides the content: sizes,
 * counts, names of what is known of a clip, and the version of the generator. The wording of the card is not part of it.
 * Earlier versions used the whole card: such a folder is still used where it exists.
 * @param ending of the folder's name
 */
export function clipsFolder({ card, version = 1 }: Dataset, counts: ClipCounts, root: string, ending = '') {
  const { name, width, height, channels, framesPerClip, rate, latentVariables, labels = {} } = card;
  const { train, validation, test, frames = framesPerClip } = counts;
  const place = (content: unknown) => join(root, `${name}-${keyOf(content)}${ending}`);
  const ofWholeCard = place([card, counts]);
  if (existsSync(ofWholeCard)) return ofWholeCard;
  const known = [Object.keys(latentVariables).sort(), Object.keys(labels).sort()];
  return place([version, width, height, channels, rate, frames, train, validation, test, ...known]);
}

function keyOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8);
}
