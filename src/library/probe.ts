import { fastestAlgebra } from '../analysis/algebra/fastestAlgebra.js';
import type { LatentRows } from '../analysis/latents/latentsFile.js';
import {
  type LatentsSummary,
  nameInMemory,
  readLatents,
  summariseLatents,
} from '../analysis/latents/readLatents.js';
import { type LatentVariable, noSuch, rowsAtTime, timesOf } from '../analysis/protocols/latentTable.js';
import { type ProbeMethod, type ProbeScore, probeFolds, probeTables } from '../analysis/protocols/probe.js';
import { ForeframeError, UsageError } from '../common/errors.js';
import { loadTensorFlow } from '../tensorflow/backend/backend.js';
import { type FewLabelsScore, fewLabelScores } from './probing/fewLabels.js';
import { bySplit, type KnownTargets, withTarget } from './probing/probedRows.js';
import { probedColumns, probedLayers, targetNamed } from './probing/probeTarget.js';
import { withSharedFrames } from './probing/sharedFrames.js';

export interface ProbingOptions {
  /** A latent variable such as `angle` or `position.0`, or a label. */
  readonly target: string;
  readonly method: ProbeMethod;
  /** One layer, by the name in the model (`lstm.h`) or in the file (`lstm_h`); all in the file by default. */
  readonly layer?: string;
  /** After so many frames; all times in the file by default. */
  readonly time?: number;
  /** Labels of each class to train on, drawn anew several times; all rows by default. For `svm` with a file to test on. */
  readonly shots?: readonly number[];
  /**
   * Without a file to test on: cross-validation in so many folds. By default 5, but for a file whose column `split` has rows to train on
   * and to test on: those are used.
   */
  readonly folds?: number;
  /** Of folds and bootstrap; 0 by default. */
  readonly seed?: number;
}

/** One file, which is cut into folds, or one to train on and one to test on. */
export type ProbedFiles = string | { readonly train: string; readonly test: string };

/** What can be read from latents. */
export type Probed =
  | {
      readonly kind: 'scores';
      /** For each layer and time. */
      readonly scores: readonly ProbeScore[];
      /** Whether rows of a clip were kept together. */
      readonly byClip: boolean;
      /** Whether rows of a group (a file, a person, a session) were. */
      readonly byGroup: boolean;
      /** How what is tested was kept apart from what is trained on. */
      readonly apart: 'files' | 'split' | 'folds';
      /** Rows that were left out, as they have no value of the target. */
      readonly without: number;
    }
  | {
      readonly kind: 'few-labels';
      readonly target: string;
      /** For each layer, time and number of labels. */
      readonly scores: readonly FewLabelsScore[];
    };

/** Of cross-validation, where nothing else is asked for. */
const FOLDS = 5;
const SHOTS =
  '--shots trains a linear SVM and tests it on other rows: give --method svm and --test FILE, or a file whose column split has test rows';

/** From so many numbers on, starting TensorFlow takes less time than it saves. */
const MANY_NUMBERS = 300_000;

/**
 * What can be read from latents that `extract`, or another program, wrote: a latent variable by ridge regression, a label by a
 * classifier.
 * @throws ForeframeError when a file is damaged or empty, or lacks the target; UsageError when target, method and layer do not fit
 */
export async function probe(files: ProbedFiles, options: ProbingOptions): Promise<Probed> {
  const { method, shots, folds, seed = 0 } = options;
  const [file, testFile] = typeof files === 'string' ? [files] : [files.train, files.test];
  if (shots && method !== 'svm') throw new UsageError(SHOTS);
  const summary = await summariseLatents(file);
  const target = targetNamed(nameInMemory(options.target, summary), method, { ...summary, path: file });
  const layer = options.layer === undefined ? undefined : nameInMemory(options.layer, summary);
  const layers = probedLayers(file, summary, probedColumns(file, summary, target), layer);
  const all = await readProbed(file, summary, target, layers);
  const other =
    testFile === undefined
      ? undefined
      : await readProbed(testFile, await summariseLatents(testFile), target, layers);
  const parts = other === undefined && folds === undefined ? bySplit(all.table) : undefined;
  const table = parts?.train ?? all.table;
  const test = parts?.test ?? other?.table;
  if (shots && !test) throw new UsageError(SHOTS);
  const times = options.time === undefined ? timesOf(test ?? table) : [options.time];
  for (const time of times) rowsAtTime(table, time);
  const numbers = Object.values(table.layers).reduce((sum, { data }) => sum + data.length, 0);
  if (numbers > MANY_NUMBERS) await loadTensorFlow({ precision: 'full' });
  const algebra = await fastestAlgebra();
  const cells = Object.keys(table.layers).flatMap((layer) => times.map((time) => ({ layer, time })));
  if (shots && test) {
    const label = target as string;
    const scores = cells.flatMap((cell) =>
      fewLabelScores(table, test, { ...cell, label, shots, seed, algebra }),
    );
    return { kind: 'few-labels', target: label, scores };
  }
  const scores = cells.map((cell) => {
    const asked = { ...cell, method, target, seed, algebra };
    return test ? probeTables(table, test, asked) : probeFolds(table, folds ?? FOLDS, asked);
  });
  const { clip, group } = table.columns;
  return {
    kind: 'scores',
    scores,
    byClip: clip !== undefined,
    byGroup: group !== undefined,
    apart: other ? 'files' : parts ? 'split' : 'folds',
    without: all.without + (other?.without ?? 0),
  };
}

/** The rows of a file that a probe needs. @throws ForeframeError when it has none */
async function readProbed(
  path: string,
  summary: LatentsSummary,
  target: LatentVariable | string,
  layers: readonly string[],
): Promise<KnownTargets<LatentRows>> {
  if (summary.rows === 0) throw new ForeframeError(`${path} holds no rows: there is nothing to probe`);
  for (const layer of layers)
    if (!Object.hasOwn(summary.metadata.layers, layer))
      throw noSuch('layer', layer, Object.keys(summary.metadata.layers));
  const rows = await readLatents(path, { layers, columns: probedColumns(path, summary, target) });
  return withTarget(path, withSharedFrames(rows), target);
}
