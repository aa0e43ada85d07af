import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { shellWord } from '../../common/text/shellWord.js';
import type { PipelineConfig } from '../../config/config.js';
import { ownOrigin } from '../../config/ownKeys.js';
import { interruptible } from '../../data/interruptibleSource.js';
import type { RunFolder } from '../../runs/runFolder.js';
import type { FrameSource } from '../../stream/frameSource.js';
import type { Watching } from '../watching.js';
import { openSource } from './openSource.js';

/** What a process was started with: another process has another thing there, or nothing. */
const DESCRIPTOR = /^(-|pipe:.*|\/dev\/stdin|\/(?:dev|proc\/(?:self|\d+))\/fd\/\d+)$/;

/**
 * The frames that a saved run is measured on: those of its own data.
 * @throws ForeframeError where they came through a pipe and are gone
 */
export async function openRunSource(
  run: RunFolder,
  config: PipelineConfig,
  watching: Watching = {},
): Promise<FrameSource> {
  checkKeptVideos(run.path, config);
  checkNoPipe(run, config.data.videos);
  const source = await openSource(config, watching);
  if (source.once) throw pipeIsGone(run, source.description);
  return interruptible(source, watching.signal);
}

/** @throws ForeframeError where a run has no data to read again: the live page keeps no images */
export function checkKeptVideos(path: string, { data }: PipelineConfig): void {
  if (data.dataset !== undefined || ownOrigin(data) !== undefined || data.videos.length > 0) return;
  const run = shellWord(path);
  throw new ForeframeError(
    `${path} names no videos, as runs that the live page saved: see what it expects of yours with \`foreframe predict ${run} VIDEO\`, ` +
      `or train on from it with \`foreframe train ${shellWord(join(path, 'config.yaml'))} VIDEO --run NAME --set training.startFrom=${run}\``,
  );
}

/** @throws ForeframeError where one of a run's own videos came through a pipe */
export function checkNoPipe(run: RunFolder, videos: readonly string[]): void {
  const pipe = videos.find((video) => {
    const found = statSync(video, { throwIfNoEntry: false });
    return DESCRIPTOR.test(video) ? !found?.isFile() : found?.isFIFO();
  });
  if (pipe !== undefined) throw pipeIsGone(run, pipe);
}

function pipeIsGone({ path }: RunFolder, pipe: string): ForeframeError {
  return new ForeframeError(
    `${path} learned from a pipe (${pipe}): what came through it is gone, and nothing is left to measure on; see what the run ` +
      `expects of another video with \`foreframe predict ${shellWord(path)} VIDEO\``,
  );
}
