import { fastestAlgebra } from '../analysis/fastestAlgebra.js';
import type { LatentRows } from '../analysis/latentsFile.js';
import type { LinearAlgebra } from '../analysis/linearAlgebra.js';
import { type LatentVariable, noSuch, rowsAtTime, timesOf } from '../analysis/protocols/latentTable.js';
import {
  type ProbeMethod,
  type ProbeOptions,
  type ProbeScore,
  probeFolds,
  probeTables,
} from '../analysis/protocols/probe.js';
import { type Latents, type LatentsSummary, readLatents, summariseLatents } from '../analysis/readLatents.js';
import { ForeframeError, UsageError } from '../common/errors.js';
import { loadTensorFlow } from '../tensorflow/backend.js';
import { fewLabelScores, fewLabelsText } from './probeFewLabels.js';
import { probedColumns, probedLayers, targetNamed } from './probeTarget.js';
import { textTable } from './terminal.js';

export interface ProbeCommandOptions {
  readonly target: string;
  readonly method: ProbeMethod;
  readonly layer?: string;
  readonly time?: number;
  /** Test on another file. */
  readonly test?: string;
  /** Labels of each class to train on, drawn anew several times; all rows by default. */
  readonly shots?: readonly number[];
  /** Without one: cross-validation in so many folds. */
  readonly folds: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** From so many numbers on, starting TensorFlow takes less time than it saves. */
const MANY_NUMBERS = 300_000;

/** `foreframe probe FILE.parquet --target NAME --method METHOD` */
export async function probeCommand(file: string, options: ProbeCommandOptions): Promise<void> {
  if (options.shots && (options.test === undefined || options.method !== 'svm'))
    throw new UsageError(
      '--shots trains a linear SVM and tests it on another file: give --method svm and --test FILE',
    );
  const summary = await summariseLatents(file);
  const target = targetNamed(options.target, options.method, { ...summary, path: file });
  const layers = probedLayers(file, summary, probedColumns(file, summary, target), options.layer);
  const table = await readProbed(file, summary, target, layers);
  const test =
    options.test === undefined
      ? undefined
      : await readProbed(options.test, await summariseLatents(options.test), target, layers);
  const times = options.time === undefined ? timesOf(test ?? table) : [options.time];
  for (const time of times) rowsAtTime(table, time);
  const numbers = Object.values(table.layers).reduce((sum, { data }) => sum + data.length, 0);
  if (numbers > MANY_NUMBERS) await loadTensorFlow({ precision: 'full' });
  const algebra = await fastestAlgebra();
  if (options.shots && test) {
    printFewLabels(file, { table, test, times, label: target as string }, options, algebra);
    return;
  }
  const scores = Object.keys(table.layers).flatMap((layer) =>
    times.map((time) => {
      const probe: ProbeOptions = {
        method: options.method,
        layer,
        time,
        target,
        seed: options.seed,
        algebra,
      };
      return test ? probeTables(table, test, probe) : probeFolds(table, options.folds, probe);
    }),
  );
  const how = test
    ? `trained on ${file}, tested on ${options.test}`
    : `${options.folds} folds of ${file}, ${table.columns.clip ? 'no clip on both sides' : 'which names no clips: every row counts as one'}`;
  if (options.json) console.log(JSON.stringify({ file, test: options.test, scores: scores.map(answerOf) }));
  else
    console.log(
      `${textOf(scores)}\n${classesText(scores[0]!)}${how}; 95 % intervals by bootstrap over clips`,
    );
}

function printFewLabels(
  file: string,
  {
    table,
    test,
    times,
    label,
  }: { table: LatentRows; test: LatentRows; times: readonly number[]; label: string },
  { test: testFile, shots = [], seed, json }: ProbeCommandOptions,
  algebra: LinearAlgebra,
): void {
  const scores = Object.keys(table.layers).flatMap((layer) =>
    times.flatMap((time) => fewLabelScores(table, test, { label, layer, time, shots, seed, algebra })),
  );
  if (json) {
    console.log(JSON.stringify({ file, test: testFile, target: label, scores }));
    return;
  }
  const how = `linear SVM on labels drawn ${scores[0]!.draws.length} times from ${file}, tested on ${testFile}`;
  console.log(`${fewLabelsText(scores, label)}\n${how}; 95 % intervals by bootstrap over clips`);
}

/** The rows of a file that a probe needs. @throws ForeframeError when it has none */
async function readProbed(
  path: string,
  summary: LatentsSummary,
  target: LatentVariable | string,
  layers: readonly string[],
): Promise<Latents> {
  if (summary.rows === 0) throw new ForeframeError(`${path} holds no rows: there is nothing to probe`);
  for (const layer of layers)
    if (!Object.hasOwn(summary.metadata.layers, layer))
      throw noSuch('layer', layer, Object.keys(summary.metadata.layers));
  return readLatents(path, { layers, columns: probedColumns(path, summary, target) });
}

function answerOf({ hits: _, ...score }: ProbeScore): Omit<ProbeScore, 'hits'> {
  return score;
}

function textOf(scores: readonly ProbeScore[]): string {
  const { metric, method, target } = scores[0]!;
  const digits = (value: number) => value.toFixed(3).replace('-', '−');
  const chosen = method === 'ridge' ? 'penalty' : 'C';
  const columns = ['layer', 'time', `${metric} of ${target}`, 'from', 'to', 'rows', 'tested on'];
  const withChoice = method !== 'knn';
  return textTable(
    [...columns, ...(metric === 'accuracy' ? ['most frequent'] : []), ...(withChoice ? [chosen] : [])],
    scores.map((each) => [
      each.layer,
      String(each.time),
      digits(each.score.value),
      digits(each.score.low),
      digits(each.score.high),
      String(each.trainRows),
      String(each.testRows),
      ...(metric === 'accuracy' ? [digits(each.chance)] : []),
      ...(withChoice ? [rangeText(each.chosen)] : []),
    ]),
  );
}

/** The classes by name, where their names say more than numbers. */
function classesText({ classes = [], target }: ProbeScore): string {
  if (classes.every(({ name }) => /^-?\d+$/.test(name))) return '';
  return `${target}: ${classes.map(({ name, rows }) => `${name} (${rows} rows)`).join(', ')}\n`;
}

function rangeText(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const text = (value: number) => Number(value.toPrecision(3)).toString();
  return low === high ? text(low) : `${text(low)} … ${text(high)}`;
}
