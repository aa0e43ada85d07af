import { type MemoryPart, requireMemory } from '../../src/common/memory/requireMemory.js';
import type { Split } from '../../src/stream/frameSource.js';
import type { DatasetCard } from '../dataset.js';

/** Of a frame's objects in JavaScript. */
const OBJECTS = 400;
/** Generators draw in float32, beside the bytes that they give. */
const BYTES_PER_VALUE = 5;

/** What is asked of a dataset: clips by split, and their frames. */
type Counts = Readonly<Record<Split, number>> & { readonly frames?: number };

/**
 * A clip is made as a whole, `sideBySide` of them at a time.
 * @throws ForeframeError when clips of so many frames, or a list of so many clips, do not fit into memory
 */
export function checkClipMemory(card: DatasetCard, counts: Counts, sideBySide = 1): void {
  const { frames = card.framesPerClip, train, validation, test } = counts;
  const frame = card.width * card.height * card.channels * BYTES_PER_VALUE + OBJECTS;
  const what = `${card.name}: a clip of ${frames} frames`;
  const parts: MemoryPart[] = [
    { name: 'frames', bytes: sideBySide * frames * (frame - OBJECTS), array: true },
    { name: 'their objects', bytes: sideBySide * frames * OBJECTS, heap: true },
  ];
  const advice = (free: number) =>
    `lower data.clips.frames to ${Math.floor(Math.min(0.9 * free, 3e9) / (sideBySide * frame))}`;
  requireMemory({ what, parts, advice });
  const clips = train + validation + test;
  requireMemory({
    what: `${card.name}: a list of ${clips} clips`,
    parts: [{ name: 'their names', bytes: clips * OBJECTS, heap: true }],
    advice: (free) => `lower data.clips.train to ${Math.floor(Math.min(0.9 * free, 3e9) / OBJECTS)}`,
  });
}
