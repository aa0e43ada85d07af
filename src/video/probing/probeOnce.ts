import type { VideoSource } from '../sources/sources.js';
import { keptByFile } from './keptByFile.js';
import { type ProbeOptions, probeVideo, type VideoInfo } from './probe.js';

type FileSource = Extract<VideoSource, { kind: 'file' }>;

const answers = keptByFile<FileSource, ProbeOptions, VideoInfo>(probeVideo);

/** `probeVideo`, without asking again about a file that has not changed since: ffprobe takes as long as some hundred small frames. */
export async function probeOnce(source: FileSource, options: ProbeOptions): Promise<VideoInfo> {
  // Another name for the same file: messages speak of the one that was given.
  return { ...(await answers.get(source, options)), path: source.name };
}

/** `probeVideo`, whose answer is then remembered. */
export function probeAnew(source: FileSource, options: ProbeOptions): Promise<VideoInfo> {
  return answers.fresh(source, options);
}
