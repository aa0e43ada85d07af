import { fastestAlgebra } from '../analysis/fastestAlgebra.js';
import type { LatentRows } from '../analysis/latentsFile.js';
import type { LinearAlgebra } from '../analysis/linearAlgebra.js';
import {
  type LatentVariable,
  labelNames,
  noSuch,
  rowsAtTime,
  timesOf,
  variablesOf,
} from '../analysis/protocols/latentTable.js';
import {
  type ProbeMethod,
  type ProbeOptions,
  type ProbeScore,
  probeFolds,
  probeTables,
} from '../analysis/protocols/probe.js';
import { readLatents, summariseLatents } from '../analysis/readLatents.js';
import { ForeframeError, UsageError } from '../common/errors.js';
import { loadTensorFlow } from '../tensorflow/backend.js';
import { fewLabelScores, fewLabelsText } from './probeFewLabels.js';
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
  const target = targetNamed(options.target, options.method, summary.columns);
  const layers = options.layer === undefined ? undefined : [options.layer];
  const columns = ['clip', 'time', ...(typeof target === 'string' ? [`label.${target}`] : target.columns)];
  const table = await readLatents(file, { layers, columns });
  const test =
    options.test === undefined
      ? undefined
      : await readTest(options.test, layers ?? Object.keys(table.layers), columns);
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
    : `${options.folds} folds of ${file}, no clip on both sides`;
  if (options.json) console.log(JSON.stringify({ file, test: options.test, scores: scores.map(answerOf) }));
  else console.log(`${textOf(scores)}\n${how}; 95 % intervals by bootstrap over clips`);
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

async function readTest(path: string, layers: readonly string[], columns: readonly string[]) {
  const { metadata, columns: there } = await summariseLatents(path);
  const missing = columns.find((column) => !there.includes(column));
  if (missing !== undefined)
    throw new ForeframeError(`${path} has no column ${missing}; it has ${there.join(', ')}`);
  for (const layer of layers)
    if (!(layer in metadata.layers)) throw noSuch('layer', layer, Object.keys(metadata.layers));
  return readLatents(path, { layers, columns });
}

/** What a name stands for: `angle`, `latent.angle`, `position.0` or a label. */
function targetNamed(name: string, method: ProbeMethod, all: readonly string[]): LatentVariable | string {
  const table = { columns: Object.fromEntries(all.map((column) => [column, new Float64Array(0)])) };
  const [variables, labels] = [variablesOf(table), labelNames(table)];
  const variable = variables.find((each) => each.name === name || `latent.${each.name}` === name);
  const component = all.find((column) => column === name || column === `latent.${name}`);
  const label = labels.find((each) => each === name || `label.${each}` === name);
  if (variable && method === 'ridge') return variable;
  if (component?.startsWith('latent.') && method === 'ridge') return { name, columns: [component] };
  if (label !== undefined && method !== 'ridge') return label;
  if (variable || component?.startsWith('latent.'))
    throw new UsageError(`${name} is a latent variable: probe it with --method ridge`);
  if (label !== undefined)
    throw new UsageError(`${name} is a label: probe it with --method svm, logistic or knn`);
  const there = [...variables.map((each) => each.name), ...labels];
  if (there.length === 0)
    throw new ForeframeError(
      'the file holds neither latent variables nor labels: there is nothing to probe for',
    );
  throw noSuch('target', name, there);
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

function rangeText(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const text = (value: number) => Number(value.toPrecision(3)).toString();
  return low === high ? text(low) : `${text(low)} … ${text(high)}`;
}
