import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parse } from 'yaml';
import { digest, digestOfNumbers, type Facts, isObject, type Json, numbersIn } from './facts.js';
import { tensorFacts } from './tensorFacts.js';

/** Figures that follow the clock. */
const CLOCK = ['seconds', 'framesPerSecond', 'imagesPerSecond'];

export interface RunFactsOptions {
  /** Keep numbers as they are, and every tensor's checksum. */
  readonly full: boolean;
  /** Folder of the case, which is called `<case>` in what is kept. */
  readonly root: string;
}

/** All that a run folder holds, but for what follows the clock or names the machine. */
export function runFacts(run: string, { full, root }: RunFactsOptions): Facts {
  const facts: Facts = metricsFacts(join(run, 'metrics.jsonl'), full);
  for (const name of ['last', 'best']) {
    const file = join(run, 'checkpoints', `${name}.safetensors`);
    if (existsSync(file)) Object.assign(facts, tensorFacts(file, name, full && name === 'last'));
  }
  const evaluation = join(run, 'evaluation.json');
  if (existsSync(evaluation)) Object.assign(facts, evaluationFacts(readJson(evaluation), full));
  return { ...facts, ...folderFacts(run, { full, root }) };
}

function metricsFacts(file: string, full: boolean): Facts {
  const records = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number | null>);
  const columns: Record<string, (number | null)[]> = {};
  for (const record of records)
    for (const [name, value] of Object.entries(record))
      if (name !== 'step' && !CLOCK.includes(name)) columns[name] = [...(columns[name] ?? []), value];
  const rows = records.map((record) => `${record.step}${'loss' in record ? '' : '*'}`).join(' ');
  const kept = Object.entries(columns).map(([name, values]): [string, Json] => [
    `metrics.${name}`,
    full || name === 'loss' ? values : digestOfNumbers(values.map((value) => value ?? Number.NaN)),
  ]);
  return { 'metrics.steps': rows, ...Object.fromEntries(kept) };
}

/** Of `evaluation.json`: a checksum for each of its parts, the means of each predictor, and the names of all numbers. */
export function evaluationFacts(evaluation: Record<string, unknown>, full: boolean): Facts {
  const facts: Facts = {};
  const numbers = numbersIn(evaluation, ['minutes']);
  for (const [part, value] of Object.entries(evaluation)) {
    if (typeof value === 'number') facts[`evaluation.${part}`] = value;
    if (typeof value !== 'object' || part === 'minutes') continue;
    const here = numbers.filter(([path]) => path.startsWith(`${part}.`));
    if (here.length === 0) continue;
    facts[`evaluation.${part}.checksum`] = digest(here.map(([path, each]) => `${path}=${each}`).join('\n'));
    if (full && isObject(value)) Object.assign(facts, meansOf(`evaluation.${part}`, value));
  }
  return { ...facts, 'evaluation.keys': digest(numbers.map(([path]) => path).join('\n')) };
}

/** What they expect does not depend on what was learned: their part of the checksum will do. */
const PREDICTORS_BY_RULE = ['copyLast', 'linear'];

/** `trained: { model: { psnr: { mean } } }` → the means of all metrics of the model; errors of classifiers as they are. */
function meansOf(name: string, part: Record<string, unknown>): Facts {
  const facts: Facts = {};
  for (const [predictor, metrics] of Object.entries(part)) {
    if (!isObject(metrics) || PREDICTORS_BY_RULE.includes(predictor)) continue;
    const means = numbersIn(metrics).filter(([path]) => path.endsWith('.mean') || !path.includes('.'));
    if (means.length > 0) facts[`${name}.${predictor}`] = means.map(([, value]) => value);
  }
  return facts;
}

function folderFacts(run: string, { full, root }: RunFactsOptions): Facts {
  const files = readdirSync(run, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(run, join(entry.parentPath, entry.name)).replace(/(tfevents)\..*/, '$1.*'))
    // Which images are there follows the clock.
    .filter((file) => !file.startsWith(`samples${sep}`));
  const { foreframe: _, ...marker } = readJson(join(run, 'run.json'));
  const text = readFileSync(join(run, 'config.yaml'), 'utf8').replaceAll(root, '<case>');
  const config = parse(text) as Record<string, unknown>;
  const sections = Object.entries(config).map(([key, value]): [string, Json] => [
    `config.${key}`,
    full || !isObject(value) ? (value as Json) : digest(JSON.stringify(value)),
  ]);
  return {
    // Every session has a file of events.
    files: [...new Set(files)].sort().join(' '),
    'run.json': digest(JSON.stringify(marker)),
    environment: Object.keys(readJson(join(run, 'environment.json'))).join(' '),
    ...Object.fromEntries(sections),
  };
}

function readJson(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}
