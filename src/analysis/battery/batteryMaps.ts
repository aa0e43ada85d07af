import { StandardScaler } from '../estimators/standardScaler.js';
import type { LatentRows } from '../latents/latentsFile.js';
import { type LatentMap, type MapColour, placeOnPlane, sampleRows } from '../protocols/latentMap.js';
import {
  labelRows,
  layerRows,
  rowsAtTime,
  timesOf,
  variableRows,
  variablesOf,
} from '../protocols/latentTable.js';
import type { BatteryOptions, BatteryTables } from './batteryTables.js';

/** More points would hide each other, and the memory for their distances grows with the square of their number. */
const MOST_POINTS = 300;
/** How many people can be distinguished by colour. */
const PEOPLE = 6;
const MOST_COLOURS = 3;

/** Maps of the run's memory: test clips by what generated them, and a few people in every view. */
export function mapsOf(
  { test, views, classNames = {} }: Pick<BatteryTables, 'test' | 'views' | 'classNames'>,
  { seed, maps, algebra, onStage = () => {} }: BatteryOptions,
): LatentMap[] {
  const source = Object.keys(test.layers)[0]!;
  const last = rowsAtTime(test, timesOf(test).at(-1)!);
  if (last.length < 4) return [];
  const clips = sampleRows(last.length, MOST_POINTS, seed).map((i) => last[i]!);
  const some = views && peopleRows(views.test);
  return maps.flatMap((method) => {
    onStage(`map by ${method}`);
    const mapOf = (table: LatentRows, rows: Int32Array, points: string, colours: readonly MapColour[]) => {
      const x = layerRows(table, source, rows);
      const scaled = new StandardScaler().fit(x).transform(x);
      return { points, source, colours, ...placeOnPlane(scaled, method, { seed, algebra }) };
    };
    return [
      mapOf(test, clips, `${clips.length} test clips`, [
        ...classColours(test, clips, classNames),
        ...coloursOf(test, clips),
      ]),
      ...(some
        ? [mapOf(views.test, some, `${PEOPLE} new people from every angle`, peopleColours(views.test, some))]
        : []),
    ];
  });
}

/** Latent variables by their first component, single numbers first. An angle and its direction hold the same information. */
function coloursOf(table: LatentRows, rows: Int32Array): MapColour[] {
  const all = variablesOf(table);
  const known = all.some(({ name }) => name === 'angle')
    ? all.filter(({ name }) => name !== 'direction')
    : all;
  return [...known]
    .sort((a, b) => Math.min(2, a.columns.length) - Math.min(2, b.columns.length))
    .slice(0, MOST_COLOURS)
    .map((variable) => {
      const { columns, data } = variableRows(table, variable, rows);
      const name = columns === 1 ? variable.name : `${variable.name}, first component`;
      return { name, kind: 'number', values: Array.from(rows, (_, i) => data[i * columns]!) };
    });
}

/** Labels whose classes have names. */
function classColours(
  table: LatentRows,
  rows: Int32Array,
  classNames: NonNullable<BatteryTables['classNames']>,
): MapColour[] {
  return Object.entries(classNames).map(([name, names]) => ({
    ...{ name, kind: 'class' as const, names },
    values: Array.from(labelRows(table, name, rows)),
  }));
}

function peopleRows(table: LatentRows): Int32Array {
  const rows = rowsAtTime(table, timesOf(table)[0]!);
  const identity = labelRows(table, 'identity', rows);
  const people = new Set([...new Set(identity)].slice(0, PEOPLE));
  return rows.filter((_, i) => people.has(identity[i]!));
}

function peopleColours(table: LatentRows, rows: Int32Array): MapColour[] {
  const identity = Array.from(labelRows(table, 'identity', rows));
  const angle = variablesOf(table).find(({ name }) => name === 'angle');
  return [
    { name: 'identity', kind: 'class', values: identity },
    ...(angle
      ? [
          {
            name: 'angle',
            kind: 'number' as const,
            values: Array.from(variableRows(table, angle, rows).data),
          },
        ]
      : []),
  ];
}
