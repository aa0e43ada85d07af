import { createHash } from 'node:crypto';
import { UsageError } from '../common/errors.js';
import { type Axis, parseGrid } from './grid.js';

/** What a sweep is asked for; names are those of `foreframe sweep`. */
export interface SweepPlan {
  /** A YAML file, or the name of a pipeline that comes with foreframe. */
  readonly pipeline: string;
  /** Videos in place of the pipeline's own data. */
  readonly videos?: readonly string[];
  /** Settings of every run, such as `training.steps=500`. */
  readonly set?: readonly string[];
  /** Settings that differ, each with its values: `model.lstm=128,256`. */
  readonly grid?: readonly string[];
  /** Seeds that every combination is trained with; that of the pipeline by default. */
  readonly seeds?: readonly number[];
}

/** A combination of values. */
export interface Cell {
  /** Such as `lstm=128_learningRate=0.001`; empty where there is no grid. */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A training of a sweep: a cell with a seed. */
export interface SweepRun {
  readonly cell: Cell;
  readonly seed: number;
  /** Its folder in that of the sweep. It follows from the values and the seed alone. */
  readonly name: string;
  /** All that is put over the pipeline. */
  readonly set: readonly string[];
}

/** More would be a mistake, such as a range that was meant as a step. */
const MOST_RUNS = 10_000;
/** Characters of a value in the name of a folder. */
const LONGEST_VALUE = 24;

/**
 * All trainings of a sweep, the seeds of a cell one after the other.
 * @param ownSeed of the pipeline
 * @throws UsageError for a grid that cannot be read, or of too many runs
 */
export function runsOf({ set = [], grid = [], seeds }: SweepPlan, ownSeed: number): SweepRun[] {
  const axes = parseGrid(grid);
  const each = seedsOf(seeds ?? [ownSeed]);
  const count = axes.reduce((all, { values }) => all * values.length, each.length);
  if (count > MOST_RUNS)
    throw new UsageError(`this grid has ${count} runs: ${MOST_RUNS} are the most that a sweep takes`);
  const cells = cellsOf(axes);
  const alike = cells.find(({ name }, at) => cells.findIndex((other) => other.name === name) < at);
  if (alike) throw new UsageError(`--grid: two values are both written ${alike.name}: leave one of them`);
  return cells.flatMap((cell) =>
    each.map((seed): SweepRun => {
      const settings = Object.entries(cell.values).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      return {
        cell,
        seed,
        name: [cell.name, `seed=${seed}`].filter(Boolean).join('_'),
        set: [...set, ...settings, `seed=${seed}`],
      };
    }),
  );
}

function seedsOf(seeds: readonly number[]): readonly number[] {
  const twice = seeds.find((seed, at) => seeds.indexOf(seed) < at);
  if (twice !== undefined) throw new UsageError(`--seeds: ${twice} stands there twice`);
  return seeds;
}

function cellsOf(axes: readonly Axis[]): Cell[] {
  const names = shortNames(axes.map(({ key }) => key));
  let cells: Cell[] = [{ name: '', values: {} }];
  for (const { key, values } of axes) {
    cells = cells.flatMap((cell) =>
      values.map((value) => ({
        name: [cell.name, `${names.get(key)}=${valueName(value)}`].filter(Boolean).join('_'),
        values: { ...cell.values, [key]: value },
      })),
    );
  }
  return cells;
}

/** `model.lstm` → `lstm`, where no other key ends so. */
export function shortNames(keys: readonly string[]): Map<string, string> {
  const last = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  return new Map(
    keys.map((key) => [key, keys.filter((other) => last(other) === last(key)).length > 1 ? key : last(key)]),
  );
}

/** A value as part of a file's name: where it had to be changed, a checksum tells it from others. */
function valueName(value: unknown): string {
  const named = settingsName(value);
  if (named !== undefined) return named;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const plain = text.replaceAll(/[^A-Za-z0-9.+-]+/g, '-');
  if (plain === text && text.length <= LONGEST_VALUE && !/^\.*$/.test(text)) return text;
  const short = plain.slice(0, LONGEST_VALUE).replaceAll(/^-+|-+$/g, '');
  return `${short}-${checksum(text)}`;
}

/** `{ name: vat }` → `vat`: settings of a method or model are called by its name, and a checksum stands for the others. */
function settingsName(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('name' in value)) return undefined;
  const { name, ...others } = value;
  if (typeof name !== 'string') return undefined;
  return Object.keys(others).length === 0
    ? valueName(name)
    : `${valueName(name)}-${checksum(JSON.stringify(value))}`;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}
