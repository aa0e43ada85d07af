import type { LatentsSummary } from '../../analysis/latents/readLatents.js';
import {
  type LatentVariable,
  labelNames,
  noSuch,
  variablesOf,
} from '../../analysis/protocols/latentTable.js';
import type { ProbeMethod } from '../../analysis/protocols/probe.js';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { SHOWN } from './sharedFrames.js';

/** Columns that say which row is which. */
const ROWS = /^(file|split|clip|time|frame|seconds)$/;
/** How foreframe's own columns begin. */
const OWN = /^(label|latent)\./;

/** What a name stands for: `angle`, `latent.angle`, `position.0`, a label, or a column of another program's file. */
export function targetNamed(
  name: string,
  method: ProbeMethod,
  { columns: all, path }: Pick<LatentsSummary, 'columns'> & { readonly path: string },
): LatentVariable | string {
  const table = { columns: Object.fromEntries(all.map((column) => [column, new Float64Array(0)])) };
  const [variables, labels] = [variablesOf(table), labelNames(table)];
  const variable = variables.find((each) => each.name === name || `latent.${each.name}` === name);
  const component = all.find((column) => column === name || column === `latent.${name}`);
  const label = labels.find((each) => each === name || `label.${each}` === name);
  const plain = all.filter((column) => !ROWS.test(column) && !OWN.test(column));
  if (variable && method === 'ridge') return variable;
  if (component?.startsWith('latent.') && method === 'ridge') return { name, columns: [component] };
  if (label !== undefined && method !== 'ridge') return label;
  if (variable || component?.startsWith('latent.'))
    throw new UsageError(`${name} is a latent variable: probe it with --method ridge`);
  if (label !== undefined)
    throw new UsageError(`${name} is a label: probe it with --method svm, logistic or knn`);
  if (plain.includes(name)) return method === 'ridge' ? { name, columns: [name] } : name;
  const there = [...variables.map((each) => each.name), ...labels, ...plain];
  if (there.length === 0)
    throw new ForeframeError(
      `${path} holds neither latent variables nor labels: there is nothing to probe for`,
    );
  throw noSuch('target', name, there);
}

/**
 * The columns that a probe reads of a file: the target, and what groups its rows, where it has that.
 * @throws UsageError when it lacks the target
 */
export function probedColumns(
  path: string,
  { columns: there, metadata, stored }: Pick<LatentsSummary, 'columns' | 'metadata' | 'stored'>,
  target: LatentVariable | string,
): string[] {
  const own =
    typeof target === 'string'
      ? [[`label.${target}`, target].find((name) => there.includes(name)) ?? `label.${target}`]
      : target.columns;
  const missing = own.find((column) => !there.includes(column));
  if (missing !== undefined)
    throw new ForeframeError(`${path} has no column ${missing}; it has ${there.join(', ')}`);
  // What other programs call a group may be anything. A file of `extract` that pandas wrote again is known by its columns.
  const isForeign = metadata.run === '' && Object.keys(stored).length === 0;
  const beside = isForeign ? ['clip', 'time'] : ['clip', 'time', 'group', 'split', ...SHOWN];
  return [...beside.filter((name) => there.includes(name) && !own.includes(name)), ...own];
}

/**
 * The layers to probe: all, or the one that is asked for, but none that the target is a part of.
 * @throws UsageError when that leaves none
 */
export function probedLayers(
  path: string,
  { metadata, numbered }: LatentsSummary,
  columns: readonly string[],
  asked: string | undefined,
): string[] {
  const own = Object.keys(metadata.layers);
  if (asked !== undefined && !own.includes(asked))
    throw new UsageError(`${path} has no layer ${asked}; it has ${own.join(', ')}`);
  const layers = asked === undefined ? own : [asked];
  const left = layers.filter((layer) => !numbered[layer]?.some((column) => columns.includes(column)));
  if (left.length === 0)
    throw new UsageError(
      layers.length === 0
        ? `${path} has no layer: give a file with a column of lists of numbers`
        : `${path}: the target is a part of layer ${layers[0]}: name another with --layer`,
    );
  return left;
}
