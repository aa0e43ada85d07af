import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import type { LatentRows } from '../latents/latentsFile.js';
import { chooseIdentificationC, identify, type Views } from '../protocols/identification.js';
import {
  clipRows,
  labelNames,
  labelRows,
  layerRows,
  rowsAtTime,
  timesOf,
  variableRows,
  variablesOf,
} from '../protocols/latentTable.js';
import { labelledAt, lowShotCurve } from '../protocols/lowShot.js';
import { probeTables } from '../protocols/probe.js';
import { regressLatents } from '../protocols/regression.js';
import { retrievalScores } from '../protocols/retrievalScores.js';
import { constantColumns } from '../protocols/ridgeProbe.js';
import { mapsOf } from './batteryMaps.js';
import type { BatteryOptions, BatteryTables } from './batteryTables.js';
import type { KeptIdentification, KeptLabel, RunAnalysis } from './runAnalysis.js';

/** Results of the protocols; the rest of a `RunAnalysis` describes their inputs. */
export type Findings = Pick<
  RunAnalysis,
  'truths' | 'regression' | 'labels' | 'lowShot' | 'identification' | 'retrieval' | 'maps' | 'leftOut'
>;

/** Runs all protocols that apply to these tables, with a sentence on each that does not. */
export function runBattery(tables: BatteryTables, options: BatteryOptions): Findings {
  const leftOut: string[] = [];
  const regression = regressionOf(tables, options, leftOut);
  const shared = sharedLabels(tables, leftOut);
  return {
    ...regression,
    labels: shared.flatMap((label) => labelScores(tables, label, options)),
    lowShot: shared.flatMap((label) => lowShotScores(tables, label, options, leftOut)),
    identification: identificationOf(tables, options, leftOut),
    retrieval: retrievalOf(tables, shared, options, leftOut),
    maps: mapsOf(tables, options),
    leftOut,
  };
}

function regressionOf(
  { train, test }: BatteryTables,
  { algebra, seed, onStage = () => {} }: BatteryOptions,
  leftOut: string[],
): Pick<Findings, 'truths' | 'regression'> {
  const all = variablesOf(train);
  if (all.length === 0)
    leftOut.push('Regression: no latent variable, or column of numbers, is known of every clip.');
  const times = timesOf(test);
  const variables = all.filter((variable) => {
    const constant = times.some((time) => {
      const rows = (table: LatentRows) => variableRows(table, variable, rowsAtTime(table, time));
      return constantColumns(rows(train)).length + constantColumns(rows(test)).length > 0;
    });
    if (constant) leftOut.push(`Regression of ${variable.name}: it is the same in all clips.`);
    return !constant;
  });
  if (variables.length === 0) return { truths: [], regression: [] };
  const scores = regressLatents(train, test, {
    variables,
    algebra,
    seed,
    onCell: (done, cells) => onStage(`regression ${done} of ${cells}`),
  });
  const first = scores[0]!.layer;
  return {
    truths: scores
      .filter(({ layer }) => layer === first)
      .map(({ time, variable, errors }) => ({ time, variable, values: Array.from(errors.truth) })),
    regression: scores.map(({ layer, time, variable, r2, components, errors }) => ({
      source: layer,
      time,
      variable,
      r2,
      components,
      squaredErrors: Array.from(errors.squaredErrors),
    })),
  };
}

/** Labels whose classes are in training and test clips: only those can be distinguished by a probe. */
export function sharedLabels(
  { train, test }: Pick<BatteryTables, 'train' | 'test'>,
  leftOut: string[] = [],
): string[] {
  const names = labelNames(train);
  if (names.length === 0) leftOut.push('Classification and few labels: no label is known of every clip.');
  return names.filter((label) => {
    const values = (table: LatentRows) =>
      new Set(
        labelRows(
          table,
          label,
          Int32Array.from({ length: table.rows }, (_, i) => i),
        ),
      );
    const known = values(train);
    const strange = [...values(test)].filter((value) => !known.has(value)).length;
    if (known.size < 2) leftOut.push(`Classification by ${label}: all clips have the same.`);
    else if (strange > 0)
      leftOut.push(`Classification by ${label}: test clips show ${strange} that no training clip shows.`);
    return known.size > 1 && strange === 0;
  });
}

function labelScores(
  { train, test, classNames }: BatteryTables,
  label: string,
  { algebra, seed, onStage = () => {} }: BatteryOptions,
): KeptLabel[] {
  const names = classNames?.[label];
  return timesOf(test).flatMap((time) =>
    Object.keys(train.layers).map((source) => {
      onStage(`${label} at time ${time} from ${source}`);
      const found = probeTables(train, test, {
        method: 'svm',
        layer: source,
        time,
        target: label,
        algebra,
        seed,
      });
      const { score, chance, chosen } = found;
      const hits = required(found, 'hits');
      const truth = labelRows(test, label, rowsAtTime(test, time));
      return {
        ...{ source, time, label, accuracy: score, chance, C: chosen[0], hits: Array.from(hits) },
        ...(names && { byClass: names.map((name, code) => ({ name, ...answered(truth, hits, code) })) }),
      };
    }),
  );
}

/** How many test clips are of a class, and how many of these were answered rightly. */
function answered(truth: Int32Array, hits: Float64Array, code: number): { clips: number; right: number } {
  const own = truth.reduce((sum, each) => sum + (each === code ? 1 : 0), 0);
  return { clips: own, right: truth.reduce((sum, each, row) => sum + (each === code ? hits[row]! : 0), 0) };
}

function lowShotScores(
  { train, validation, test }: BatteryTables,
  label: string,
  { algebra, seed, draws, onStage = () => {} }: BatteryOptions,
  leftOut: string[],
): Findings['lowShot'] {
  if (!validation) {
    leftOut.push(`Few labels of ${label}: there are no validation clips to choose C on.`);
    return [];
  }
  const last = timesOf(test).at(-1)!;
  return Object.keys(train.layers).map((source) => {
    onStage(`few labels of ${label} from ${source}`);
    const at = (table: LatentRows) => labelledAt(table, source, label, last);
    const scores = lowShotCurve(at(train), at(validation), at(test), { draws, seed, algebra });
    return { source, label, scores };
  });
}

function identificationOf(
  { views }: BatteryTables,
  { algebra, seed, draws, onStage = () => {} }: BatteryOptions,
  leftOut: string[],
): KeptIdentification[] {
  if (!views) {
    leftOut.push('Identification: it needs data that can show new people from any angle (rotating-faces).');
    return [];
  }
  return Object.keys(views.test.layers).map((source) => {
    onStage(`identification from ${source}`);
    const C = chooseIdentificationC(viewsOf(views.validation, source), { seed, algebra });
    const set = viewsOf(views.test, source);
    const scores = identify(set, {
      C,
      seed,
      draws,
      algebra,
      onCount: (done, all) => onStage(`identification from ${source}, ${done} of ${all} numbers of angles`),
    });
    return {
      source,
      C,
      people: new Set(set.identity).size,
      scores: scores.map((score) => ({ ...score, byIdentity: Array.from(score.byIdentity) })),
    };
  });
}

function retrievalOf(
  { test, views }: BatteryTables,
  shared: readonly string[],
  { algebra, seed, onStage = () => {} }: BatteryOptions,
  leftOut: string[],
): Findings['retrieval'] {
  onStage('retrieval');
  const table = views?.test ?? test;
  const labels = views ? ['identity'] : shared;
  if (labels.length === 0) leftOut.push('Retrieval: there is no label that two clips share.');
  const rows = rowsAtTime(table, timesOf(table).at(-1)!);
  const groups = clipRows(table, rows);
  return labels.flatMap((label) => {
    const of = labelRows(table, label, rows);
    const found = Object.keys(table.layers).map((source) => ({
      ...{ source, label },
      scores: retrievalScores(layerRows(table, source, rows), of, { seed, algebra, groups }),
    }));
    if (found.some(({ scores }) => scores.length > 0)) return found;
    leftOut.push(`Retrieval by ${label}: fewer than two classes are tested in two groups or files.`);
    return [];
  });
}

/** @throws ForeframeError when the table has more than one time: a view is one row */
export function viewsOf(table: LatentRows, source: string): Views {
  const [time, ...others] = timesOf(table);
  if (time === undefined || others.length > 0)
    throw new ForeframeError('identification looks at one time of each clip: extract one');
  const rows = rowsAtTime(table, time);
  return {
    x: layerRows(table, source, rows),
    identity: labelRows(table, 'identity', rows),
    view: labelRows(table, 'view', rows),
  };
}
