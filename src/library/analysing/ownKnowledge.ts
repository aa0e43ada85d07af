import type { BatteryTables } from '../../analysis/battery/batteryTables.js';
import type { LatentColumn, LatentRows } from '../../analysis/latents/latentsFile.js';
import { required } from '../../common/required.js';
import { classesOf } from '../../data/own/ownRow.js';

/** Where in a video a row lies: nothing that a model should know. */
const PLACE = /^(time|seconds|start|end)$/;

/** What is known of one's own clips. */
export interface OwnKnowledge {
  readonly tables: BatteryTables;
  /** A sentence on each column that nothing is measured on. */
  readonly leftOut: readonly string[];
}

/**
 * Tables of one's own clips as the protocols look at them: the column `label` as a label, its classes counted over all tables, and
 * columns of numbers as latent variables. A column with values missing is left as it is: nothing is measured on it.
 */
export function withOwnKnowledge(tables: BatteryTables): OwnKnowledge {
  const all = [tables.train, tables.test, ...(tables.validation ? [tables.validation] : [])];
  const classes = classesIn(all);
  const variables = Object.keys(tables.train.columns).filter(
    (name) => !PLACE.test(name) && all.every(({ columns }) => isWhole(columns[name])),
  );
  const known = (table: LatentRows): LatentRows => ({
    ...table,
    columns: Object.fromEntries(
      Object.entries(table.columns).map(([name, column]): [string, LatentColumn] => {
        if (name === 'label' && classes)
          return [
            'label.label',
            Int32Array.from(column as readonly string[], (text) => required(classes, text)),
          ];
        return variables.includes(name) ? [`latent.${name}`, column] : [name, column];
      }),
    ),
  });
  return {
    tables: {
      ...tables,
      ...(classes && { classNames: { label: namesOf(classes) } }),
      train: known(tables.train),
      test: known(tables.test),
      ...(tables.validation && { validation: known(tables.validation) }),
    },
    leftOut: gapsIn(all),
  };
}

/** A sentence on each column that some clips have no value in. */
function gapsIn(all: readonly LatentRows[]): string[] {
  const rows = all.reduce((sum, table) => sum + table.rows, 0);
  return Object.entries(all[0]!.columns).flatMap(([name, column]) => {
    const isLabel = name === 'label';
    if (PLACE.test(name) || !(isLabel || column instanceof Float64Array)) return [];
    const missing = all.reduce((sum, { columns }) => sum + gapsOf(columns[name]), 0);
    if (missing === 0 || missing === rows) return [];
    const share = Math.max(1, Math.round((100 * missing) / rows));
    return [
      `${isLabel ? 'Classification by' : 'Regression of'} ${name}: ${share} % of the clips have none, and an analysis needs it of ` +
        `all. \`foreframe probe\` with --target ${name} leaves those clips out.`,
    ];
  });
}

function gapsOf(column: LatentColumn | undefined): number {
  if (column instanceof Float64Array) return column.filter((value) => !Number.isFinite(value)).length;
  return Array.isArray(column) ? column.filter((text) => text === '').length : 0;
}

/** Numbers of the classes by name, from 0 in the order of the names; nothing where a clip has no label. */
function classesIn(tables: readonly LatentRows[]): ReadonlyMap<string, number> | undefined {
  const texts = tables.map(({ columns }) => columns.label);
  if (!texts.every((column) => Array.isArray(column) && column.every((text) => text !== '')))
    return undefined;
  const names = classesOf((texts as string[][]).flat().map((label) => ({ label })));
  return new Map(names.map((name, code) => [name, code]));
}

function namesOf(classes: ReadonlyMap<string, number>): readonly string[] {
  return [...classes.keys()];
}

function isWhole(column: LatentColumn | undefined): boolean {
  return column instanceof Float64Array && column.every((value) => Number.isFinite(value));
}
