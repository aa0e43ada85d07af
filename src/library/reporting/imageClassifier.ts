import { loadLabelledImageSets } from '../../../datasets/images/labelledImageSets.js';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { loadSampleConfig } from '../../config/loadConfig.js';
import { nameOfData } from '../../config/ownKeys.js';
import type { SampleConfig } from '../../config/sampleConfig.js';
import type { Engine } from '../../engine/engine.js';
import { openViewEngine } from '../../evaluation/classifierViews.js';
import { sampleMethodOf } from '../../methods/index.js';
import type { NrmConfig } from '../../models/nrm/index.js';
import { RunFolder } from '../../runs/runFolder.js';
import type { ClassifiedImages, SampleData } from '../../samples/sampleData.js';
import { sampleData } from '../sources/sampleData.js';
import type { Watching } from '../watching.js';

/** Datasets of images of the same size that show something else. */
const OTHERS: Readonly<Record<string, string>> = { mnist: 'fashion-mnist', 'fashion-mnist': 'mnist' };

/** A trained classifier of images, opened to look into it. */
export interface OpenClassifier {
  readonly run: RunFolder;
  readonly config: SampleConfig & { readonly model: NrmConfig };
  readonly data: SampleData;
  readonly engine: Engine;
}

/** @throws ForeframeError when the run is no classifier of images, or has not saved weights */
export async function openClassifier(
  path: string,
  { onNote }: Pick<Watching, 'onNote'> = {},
): Promise<OpenClassifier> {
  const run = await RunFolder.open(path);
  if ((await run.readKind()) !== 'images')
    throw new ForeframeError(`${path} holds no classifier: train one with \`foreframe classify\``);
  const config = await loadSampleConfig(run.config);
  const { model, method } = config;
  if (model.name !== 'nrm' || sampleMethodOf(method).labels === 'none')
    throw new ForeframeError(
      `${path} was trained with model ${model.name} and method ${method.name}: this needs a classifier of images with model nrm`,
    );
  const data = await sampleData(config, { onNote });
  const { side, channels } = data.train;
  const engine = await openViewEngine(run, config, { height: side, width: side, channels });
  return { run, config: { ...config, model }, data, engine };
}

/** The dataset that a run's images are compared with where none is named; not every dataset has one. */
export function otherDataset({ data }: SampleConfig): string | undefined {
  return OTHERS[nameOfData(data)];
}

/** Test images of another dataset. @throws UsageError when they are the run's own, or of another size */
export async function loadOutside(
  { config, data }: Pick<OpenClassifier, 'config' | 'data'>,
  dataset: string,
  { onNote }: Pick<Watching, 'onNote'> = {},
): Promise<ClassifiedImages> {
  if (dataset === config.data.dataset)
    throw new UsageError(`--against ${dataset}: the run was trained on it; name another dataset`);
  const choice = { dataset, labels: 'all', draw: 1 } as const;
  const { test } = await loadLabelledImageSets(choice, { onProgress: onNote });
  const size = ({ side, channels }: ClassifiedImages) => `${side}×${side}×${channels}`;
  if (size(test) !== size(data.test))
    throw new UsageError(
      `--against ${dataset}: its images are ${size(test)}, the run's are ${size(data.test)}; name a dataset of that size`,
    );
  return test;
}
