import { loadLabelledClipSets } from '../../datasets/labelledClipSets.js';
import { loadLabelledImageSets } from '../../datasets/labelledImageSets.js';
import { UsageError } from '../common/errors.js';
import type { ClassifierConfig } from '../training/classifierConfig.js';
import type { ClassifierData } from '../training/classifierData.js';
import { type ClassifierEvaluation, readClassifierEvaluation } from '../training/classifierEvaluation.js';
import { classifierRun, loadClassifierConfig } from '../training/classifierRun.js';
import type { ClassifierEvent } from '../training/classifierTraining.js';
import { isAborted } from '../training/interruptibleSource.js';
import { RunFolder } from '../training/runFolder.js';
import { stoppedBeforeTraining } from '../training/stoppedBeforeTraining.js';
import { pipelinePath } from './pipelinePath.js';
import { configToResume, finishedText, freeFolder } from './sameConfig.js';
import { type Progress, startProgress, textTable, withInterrupt } from './terminal.js';

export interface ClassifyOptions {
  readonly set: string[];
  readonly run?: string;
  readonly resume?: boolean;
  /** Run folders whose figures stand beside. */
  readonly compare?: string[];
  readonly json?: boolean;
}

/** `foreframe classify PIPELINE`, `foreframe classify --resume --run DIR`, or `foreframe classify --compare RUN…` */
export async function classifyCommand(pipeline: string | undefined, options: ClassifyOptions): Promise<void> {
  const { compare = [], json } = options;
  // Read first: a wrong name should not wait for a training.
  const others: ClassifierEvaluation[] = [];
  for (const path of compare) others.push(await readClassifierEvaluation(await RunFolder.open(path)));
  const comparesOnly = pipeline === undefined && others.length > 0 && !options.resume;
  const own = comparesOnly ? [] : [await trainAndTest(pipeline, options)];
  const all = [...own, ...others];
  if (json) console.log(JSON.stringify(others.length > 0 ? all : own[0]));
  else console.log(classificationText(all));
}

async function trainAndTest(
  pipeline: string | undefined,
  options: ClassifyOptions,
): Promise<ClassifierEvaluation> {
  const { config, folder } = await chooseConfig(pipeline, options);
  if (!options.resume) RunFolder.checkFree(folder);
  return withInterrupt(async (signal) => {
    const data = await loadOrStop(config.data, signal);
    let progress: Progress | undefined;
    try {
      return await classifierRun({
        config,
        data,
        folder,
        resume: options.resume,
        signal,
        onStart: (device) =>
          console.error(
            `seed ${config.seed} · ${data.description} · ${config.method.name} · ${device} · ${folder}`,
          ),
        onFinished: (position) =>
          console.error(finishedText('foreframe classify', folder, position, config.training)),
        onEvent: (event) => {
          progress ??= startProgress('training', 1);
          show(event, progress);
        },
      });
    } finally {
      progress?.stop();
    }
  });
}

/** Ctrl-C in a terminal ends npm too: what it then complains of is not the data's fault. */
async function loadOrStop(data: ClassifierConfig['data'], signal: AbortSignal): Promise<ClassifierData> {
  try {
    return await loadData(data);
  } catch (cause) {
    if (!(await isAborted(signal))) throw cause;
    throw stoppedBeforeTraining(cause);
  }
}

function loadData({ clips, ...choice }: ClassifierConfig['data']): Promise<ClassifierData> {
  const told = { onProgress: console.error };
  return clips ? loadLabelledClipSets({ ...choice, clips }, told) : loadLabelledImageSets(choice, told);
}

async function chooseConfig(
  pipeline: string | undefined,
  { run, resume, set }: ClassifyOptions,
): Promise<{ config: ClassifierConfig; folder: string }> {
  if (pipeline === undefined && !(resume && run))
    throw new UsageError('no pipeline was named: try `foreframe classify classify-mnist-100-labels-nrm`');
  const load = (path: string) => loadClassifierConfig(path, set);
  if (resume)
    return configToResume('foreframe classify', {
      pipeline,
      run,
      load,
      loadSaved: (saved) => loadClassifierConfig(saved.config),
    });
  const config = await load(pipelinePath(pipeline!, 'classify'));
  return { config, folder: run ?? freeFolder(config.name) };
}

function show(event: ClassifierEvent, progress: Progress): void {
  const { step } = event.position;
  if (event.kind === 'resumed') progress.line(`resumed at step ${step}`);
  if (event.kind === 'step') {
    const { loss, imagesPerSecond } = event;
    const rate = `${imagesPerSecond.toFixed(0)} pictures/s`;
    progress.update(event.progress, `step ${step} | loss ${loss.toPrecision(4)} | ${rate}`);
  }
  if (event.kind === 'validation') {
    const { student, teacher } = event.errors;
    const mark = event.best ? ' (best so far)' : '';
    progress.line(
      `step ${step}: validation error ${student.toFixed(2)} %, of the teacher ${teacher.toFixed(2)} %${mark}`,
    );
  }
}

/** Test errors of runs side by side, and whom a single one takes for whom. */
export function classificationText(all: readonly ClassifierEvaluation[]): string {
  const [first] = all;
  const notes =
    'Test error in percent: of the weights that were best on the validation part, whose labels are generous beside a small ' +
    'budget, and of the last weights.';
  const confusions = first && all.length === 1 ? `\n\n${mistakes(first)}` : '';
  return `${errorsTable(all)}\n\n${notes}${confusions}`;
}

function errorsTable(all: readonly ClassifierEvaluation[]): string {
  const columns = ['run', 'data', 'method', 'minutes', 'best', 'last', 'student best', 'student last'];
  const percent = (value: number) => value.toFixed(2);
  return textTable(
    columns,
    all.map(({ name, dataset, labels, draw, method, last, best, network }) => [
      name,
      `${dataset}/${labels}/${draw}`,
      method.name,
      last.minutes.toFixed(1),
      percent(best.test[network]),
      percent(last.test[network]),
      percent(best.test.student),
      percent(last.test.student),
    ]),
  );
}

/** The most frequent mistakes of one run, in a line. */
function mistakes({ confusion, classes, testError }: ClassifierEvaluation): string {
  const pairs = confusion.flatMap((row, truth) =>
    row.flatMap((count, answer) => (answer !== truth && count > 0 ? [{ truth, answer, count }] : [])),
  );
  pairs.sort((a, b) => b.count - a.count);
  const most = pairs
    .slice(0, 5)
    .map(({ truth, answer, count }) => `${classes[truth]} as ${classes[answer]} (${count})`);
  return `${testError.toFixed(2)} % wrong; most often ${most.join(', ') || 'none'}`;
}
