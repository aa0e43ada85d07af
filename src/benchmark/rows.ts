import { UsageError } from '../common/errors.js';
import { nearest } from '../common/text/nearest.js';
import { sampleMethods } from '../methods/index.js';
import { parseGrid } from '../sweep/grid.js';

/** A row of the benchmark: a method with its settings. */
export interface MethodRow {
  /** As `--methods` and the tables name it. */
  readonly name: string;
  /** `method` of a pipeline. */
  readonly method: { readonly name: string };
}

/** What every row is compared with. */
export const BASELINE = 'supervised';

/** Losses of the neural rendering model, weighted as in its CIFAR-10 pipelines. */
const RENDERING = { reconstruction: 0.5, entropy: 0.5, momentMatching: 0.5, pathNormalization: 1 };
const nrm = (objectives: object) => ({ name: 'nrm', rendered: 16, objectives });

/** Rows that are more than a method with its defaults: methods without a loss of their own, and those that are taken together. */
const COMPOSED: readonly MethodRow[] = [
  { name: 'vat+entropy', method: { name: 'vat', entropy: 1 } as { name: string } },
  { name: 'nrm', method: nrm(RENDERING) },
  { name: 'nrm+mean-teacher', method: nrm({ ...RENDERING, consistency: 10 }) },
];

/** All rows: a line of the registry each, and what is taken together; the baseline first. */
export function allRows(): MethodRow[] {
  const own = sampleMethods
    .filter(({ labels, name }) => labels === 'some' && !COMPOSED.some((row) => row.name === name))
    .map(({ name }): MethodRow => ({ name, method: { name } }));
  const first = own.filter(({ name }) => name === BASELINE);
  return [...first, ...own.filter(({ name }) => name !== BASELINE), ...COMPOSED];
}

/**
 * The rows that are asked for: names, or settings of a method, with commas between: `vat,{name: mixmatch, mixup: none}`. The baseline
 * is put first where it is missing: differences are to it.
 * @throws UsageError of one line for a text that is no such list
 */
export function rowsOf(text: string): MethodRow[] {
  const [axis] = parseGrid([`method=${text}`]);
  const rows = axis!.values.map(rowOf);
  const baseline = allRows()[0]!;
  return [baseline, ...rows.filter(({ name }) => name !== BASELINE)];
}

function rowOf(value: unknown): MethodRow {
  if (typeof value === 'string') return namedRow(value);
  if (typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string') {
    const { name, ...settings } = value as { readonly name: string };
    const title = Object.entries(settings)
      .map(([key, each]) => `${key} ${typeof each === 'string' ? each : JSON.stringify(each)}`)
      .join(', ');
    return { name: title === '' ? name : `${name}, ${title}`, method: { name, ...settings } };
  }
  throw new UsageError(
    `--methods: ${JSON.stringify(value)} is neither a name nor settings such as {name: vat, entropy: 1}`,
  );
}

function namedRow(name: string): MethodRow {
  const rows = allRows();
  const row = rows.find((each) => each.name === name);
  if (row) return row;
  const known = rows.map((each) => each.name);
  const guess = nearest(name, known);
  throw new UsageError(
    `--methods ${name}: ${guess ? `did you mean ${guess}?` : `there are ${known.join(', ')}`}`,
  );
}
