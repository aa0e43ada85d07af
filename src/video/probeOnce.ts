import { stat } from 'node:fs/promises';
import { type ProbeOptions, probeVideo, type VideoInfo } from './probe.js';
import type { VideoSource } from './sources.js';

/** Answers kept: training reads the same files pass after pass, and ffprobe takes as long as some hundred small frames. */
const KEPT = 1000;
const answers = new Map<string, VideoInfo>();

/** `probeVideo`, without asking again about a file that has not changed since. */
export async function probeOnce(
  source: Extract<VideoSource, { kind: 'file' }>,
  options: ProbeOptions,
): Promise<VideoInfo> {
  const found = await stat(source.path).catch(() => undefined);
  const key = found && `${source.path} ${found.size} ${found.mtimeMs} ${found.ino}`;
  const known = key && answers.get(key);
  // Another name for the same file: messages speak of the one that was given.
  if (known) return { ...known, path: source.name };
  const info = await probeVideo(source, options);
  if (key) {
    if (answers.size >= KEPT) answers.clear();
    answers.set(key, info);
  }
  return info;
}
