import type { PipelineConfig } from '../../config/config.js';
import { isAborted } from '../../data/interruptibleSource.js';
import type { Engine } from '../../engine/engine.js';
import { checkTrains } from '../../engine/openEngine.js';
import { startingWeights } from '../../learning/startFrom.js';
import { stoppedBeforeTraining } from '../../learning/startRefusals.js';
import type { TrainingEvent } from '../../learning/trainingEvent.js';
import { trainRun } from '../../learning/trainRun.js';
import type { Position } from '../../runs/checkpoint.js';
import { RunFolder } from '../../runs/runFolder.js';
import { counted, type FrameSource } from '../../stream/frameSource.js';
import { openSource } from '../sources/openSource.js';
import { checkKeptVideos } from '../sources/runSource.js';
import { checkClipLength } from './checkClipLength.js';
import type { TrainVerbOptions } from './trainOptions.js';

/** A training on clips that is over, with what it used; dispose of the engine, which holds the last weights. */
export interface OpenClipRun {
  readonly run: RunFolder;
  readonly position: Position;
  readonly engine: Engine;
  readonly source: FrameSource & ReturnType<typeof counted>;
  /** Nothing was left to do: nothing was changed. */
  readonly finished: boolean;
}

/** Open the data of a pipeline and train it into a run folder. @throws what `trainRun` throws */
export async function trainClipRun(
  config: PipelineConfig,
  folder: string,
  options: Pick<
    TrainVerbOptions,
    'resume' | 'overwrite' | 'signal' | 'onProgress' | 'onNote' | 'onEvent'
  > = {},
): Promise<OpenClipRun> {
  const { resume, overwrite, signal, onProgress, onNote } = options;
  // Looked at before data are fetched, made and probed: a wrong folder is refused at once.
  if (!resume) RunFolder.checkFree(folder, { overwrite });
  // Before a dataset is made or a video looked at.
  checkTrains(config);
  checkClipLength(config);
  if (resume) checkKeptVideos(folder, config);
  if (!resume) await startingWeights(config);
  const watching = { signal, onProgress, onNote };
  const source = counted(await orStopped(openSource(config, watching), signal));
  let finished = false;
  const onEvent = (event: TrainingEvent) => {
    if (event.kind === 'finished') finished = true;
    options.onEvent?.({ of: 'clips', ...event });
  };
  const trained = await trainRun({ config, source, folder, resume, overwrite, signal, onEvent });
  return { source, finished, ...trained };
}

/** Ctrl-C in a terminal ends ffprobe and npm too: what they then complain of is not the data's fault. */
export async function orStopped<T>(opening: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await opening;
  } catch (cause) {
    if (!(await isAborted(signal))) throw cause;
    throw stoppedBeforeTraining(cause);
  }
}
