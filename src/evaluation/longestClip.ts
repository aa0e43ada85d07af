import type { FrameSource, Split } from '../stream/frameSource.js';

/** Frames of the longest clip that a split could give: of one source, from its first frame on. Reads the split once. */
export async function longestClip(source: FrameSource, split: Split): Promise<number> {
  let longest = 0;
  let length = 0;
  let current: string | undefined;
  for await (const frame of source.open(split, new AbortController().signal)) {
    if (frame.index === 0 || frame.source !== current) length = 0;
    current = frame.source;
    length++;
    longest = Math.max(longest, length);
  }
  return longest;
}
