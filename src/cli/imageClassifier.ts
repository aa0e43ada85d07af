import { loadLabelledImageSets } from '../../datasets/labelledImageSets.js';
import { ForeframeError, UsageError } from '../common/errors.js';
import type { NrmConfig } from '../models/nrm/index.js';
import type { ClassifierConfig } from '../training/classifierConfig.js';
import type { ClassifiedImages, ClassifierData } from '../training/classifierData.js';
import { loadClassifierConfig } from '../training/classifierRun.js';
import { openViewEngine } from '../training/classifierViews.js';
import type { Engine } from '../training/engine.js';
import { readYaml } from '../training/readYaml.js';
import { RunFolder } from '../training/runFolder.js';

/** Pictures of the same size that show something else. */
const OTHERS: Readonly<Record<string, string>> = { mnist: 'fashion-mnist', 'fashion-mnist': 'mnist' };

/** A trained classifier of pictures, open to be looked into. */
export interface OpenClassifier {
  readonly run: RunFolder;
  readonly config: ClassifierConfig & { readonly model: NrmConfig };
  readonly data: ClassifierData;
  readonly engine: Engine;
}

/** Whether a run folder was made by `foreframe classify`: its configuration names a method to learn from few labels by. */
export async function holdsClassifier(run: RunFolder): Promise<boolean> {
  try {
    return Object.hasOwn(await readYaml(run.config), 'method');
  } catch {
    // What is wrong with the file is said by whoever needs it.
    return false;
  }
}

/** @throws ForeframeError when the run is no classifier of pictures, or has not saved weights */
export async function openClassifier(path: string): Promise<OpenClassifier> {
  const run = await RunFolder.open(path);
  if (!(await holdsClassifier(run)))
    throw new ForeframeError(`${path} holds no classifier: train one with \`foreframe classify\``);
  const config = await loadClassifierConfig(run.config);
  const { model } = config;
  if (model.name !== 'nrm')
    throw new ForeframeError(
      `${path} classifies clips: pictures of what it sees are made of classifiers of single pictures only`,
    );
  const data = await loadLabelledImageSets(config.data, { onProgress: console.error });
  const { side, channels } = data.train;
  const engine = await openViewEngine(run, config, { height: side, width: side, channels });
  return { run, config: { ...config, model }, data, engine };
}

/** The dataset that a run's pictures are told from where none is named; not every one has such a mate. */
export function otherDataset({ data }: ClassifierConfig): string | undefined {
  return OTHERS[data.dataset];
}

/** Test pictures of another dataset. @throws UsageError when they are the run's own, or of another size */
export async function loadOutside(
  { config, data }: Pick<OpenClassifier, 'config' | 'data'>,
  dataset: string,
): Promise<ClassifiedImages> {
  if (dataset === config.data.dataset)
    throw new UsageError(`--against ${dataset}: the run was trained on it; name pictures of something else`);
  const choice = { dataset, labels: 'all', draw: 1 } as const;
  const { test } = await loadLabelledImageSets(choice, { onProgress: console.error });
  const size = ({ side, channels }: ClassifiedImages) => `${side}×${side}×${channels}`;
  if (size(test) !== size(data.test))
    throw new UsageError(
      `--against ${dataset}: its pictures are ${size(test)}, the run's are ${size(data.test)}; name some of that size`,
    );
  return test;
}
