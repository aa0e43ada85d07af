import type { DataConfig } from '../../config/config.js';
import { probeVideo } from '../../video/index.js';
import type { VideoStretch } from './videoStretch.js';

/** About how many frames some videos hold at the pipeline's rate; unknown where one has no end of its own. */
export async function framesIn(
  videos: readonly VideoStretch[],
  { rate }: Pick<DataConfig, 'rate'>,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let sum = 0;
  for (const { source, from = 0, to = Number.POSITIVE_INFINITY } of videos) {
    if (source.kind === 'input') return undefined;
    const { duration, frameCount } = await probeVideo(source, { rate, signal });
    const seconds = Math.max(0, Math.min(to, duration) - from);
    if (rate !== undefined) sum += seconds * rate;
    else sum += duration > 0 ? (frameCount * seconds) / duration : frameCount;
  }
  return Math.round(sum);
}
