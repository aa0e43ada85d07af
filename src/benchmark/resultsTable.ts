import { intervalText, SIGN } from '../library/comparing/comparedTables.js';
import { formatNumber } from '../report/parts/numbers.js';
import type { Cell, Table } from '../report/parts/reportData.js';
import type { OverSeeds } from '../sweep/sweepTable.js';
import { costText } from './cost.js';
import type { MeasuredRow } from './measured.js';
import type { PreparedBenchmark } from './plan.js';

/** A row for each method: errors over draws and seeds, and the difference to supervised only. */
export function resultsTable({ plan }: PreparedBenchmark, rows: readonly MeasuredRow[]): Table {
  return {
    caption: `${plan.dataset}, ${plan.labels} labels, network ${plan.network}, ${budgetText(plan)} a training`,
    columns: [
      'method',
      'trainings',
      'validation error %',
      'test error %',
      'test error less supervised (95 %)',
      'verdict',
      'seconds a step',
      'note',
    ],
    rows: rows.map(cellsOf),
    best: [{ at: 3, is: 'lowest' }],
    note:
      'Mean ± standard deviation over draws of labels and seeds. The weights of a training, and the best row, are chosen on the validation ' +
      'split; the test split is only reported. In brackets 95 % of bootstrap draws over trainings (the same draw and seed in pairs) and over ' +
      'test images: a range without 0 says that the two methods differ on such data. Readings that are the same to three digits are ties.',
  };
}

function cellsOf({ planned, done, validation, test, difference, best, ...row }: MeasuredRow): Cell[] {
  const wanted = planned.runs.length;
  const lacks =
    wanted === 0 ? 'left out' : row.missing.length > 0 && row.cost ? `costs ${costText(row.cost)}` : '';
  const { interval, verdict } = difference ?? {};
  return [
    planned.row.name,
    done.length === wanted ? `${wanted}` : `${done.length} of ${wanted}`,
    scoreOf(validation),
    scoreOf(test),
    interval ? intervalText(interval) : '–',
    verdict ? SIGN[verdict] : '–',
    row.secondsPerStep === undefined ? '–' : formatNumber(row.secondsPerStep),
    best ? 'best' : lacks,
  ];
}

function scoreOf(value: OverSeeds | undefined): Cell {
  if (value === undefined) return '–';
  return { value: value.mean, ...(value.sd !== undefined && { deviation: value.sd }) };
}

export function budgetText({ minutes = 10, steps }: PreparedBenchmark['plan']): string {
  return steps === undefined ? costText(60 * minutes) : `${steps} steps`;
}

/** What a person should take away. */
export function summaryOf(rows: readonly MeasuredRow[]): string[] {
  const best = rows.filter((row) => row.best);
  const named = (verdict: string) =>
    rows.filter(({ difference }) => difference?.verdict === verdict).map(({ planned }) => planned.row.name);
  const sentence = (names: readonly string[], rest: string) =>
    names.length === 0 ? [] : [`${names.join(', ')}: ${rest}.`];
  const lacking = rows.reduce((sum, { planned, done }) => sum + planned.runs.length - done.length, 0);
  return [
    ...(best.length === 0
      ? ['No row is complete yet.']
      : [
          `By validation, ${best.map(({ planned }) => planned.row.name).join(' and ')} ${best.length === 1 ? 'is the best' : 'are equally good, the best'}: ` +
            `test error ${best.map(({ test }) => scoreText(test!)).join(' and ')} %.`,
        ]),
    ...sentence(named('better'), 'better than supervised only'),
    ...sentence(named('open'), 'not distinguishable from supervised only'),
    ...sentence(named('tie'), 'reads the same as supervised only'),
    ...sentence(named('worse'), 'worse than supervised only'),
    ...(lacking > 0
      ? [
          `${lacking === 1 ? '1 training is' : `${lacking} trainings are`} missing: the same command goes on with them.`,
        ]
      : []),
  ];
}

function scoreText({ mean, sd }: OverSeeds): string {
  return sd === undefined ? formatNumber(mean) : `${formatNumber(mean)} ± ${Number(sd.toPrecision(2))}`;
}

/** Why rows or trainings are missing, a line each. */
export function missingLines(rows: readonly MeasuredRow[]): string[] {
  return rows.flatMap(({ planned, missing }) => missing.map((line) => `${planned.row.name}: ${line}`));
}
