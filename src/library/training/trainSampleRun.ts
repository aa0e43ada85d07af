import type { SampleConfig } from '../../config/sampleConfig.js';
import { sampleRun, type TestedRun } from '../../learning/sampleRun.js';
import { RunFolder } from '../../runs/runFolder.js';
import { withOwnClasses } from '../sources/ownSamples.js';
import { sampleData } from '../sources/sampleData.js';
import { orStopped } from './trainClipRun.js';
import type { TrainVerbOptions } from './trainOptions.js';

/** Fetch the images of a pipeline, train it into a run folder, and test it. @throws what `sampleRun` throws */
export async function trainSampleRun(
  asked: SampleConfig,
  folder: string,
  options: TrainVerbOptions,
): Promise<TestedRun & { readonly config: SampleConfig; readonly finished: boolean }> {
  const { resume, overwrite, signal, onNote, onProgress, onEvent } = options;
  if (!resume) RunFolder.checkFree(folder, { overwrite });
  const data = await orStopped(sampleData(asked, { signal, onNote, onProgress }), signal);
  const config = withOwnClasses(asked, data);
  let finished = false;
  const tested = await sampleRun({
    ...{ config, data, folder, resume, overwrite, signal },
    onEvent(event) {
      if (event.kind === 'finished') finished = true;
      onEvent?.({ of: 'images', ...event });
    },
  });
  return { ...tested, config, finished };
}
