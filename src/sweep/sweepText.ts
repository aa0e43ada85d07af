import { required } from '../common/required.js';
import type { PipelineKind } from '../config/pipelineKind.js';
import { formatNumber } from '../report/parts/numbers.js';
import type { Score, Table } from '../report/parts/reportData.js';
import { type Cell, shortNames } from './plan.js';
import type { OverSeeds, SweepRow, SweepTable } from './sweepTable.js';

/** `lstm 256, learningRate 0.001`; nothing for a sweep of seeds alone. */
export function cellTitle({ values }: Cell): string {
  const names = shortNames(Object.keys(values));
  return Object.entries(values)
    .map(([key, value]) => `${names.get(key)} ${valueText(value)}`)
    .join(', ');
}

/** What the validation split is measured in. */
export function validationUnit(kind: PipelineKind): string {
  return kind === 'clips' ? 'validation MSE' : 'validation error %';
}

/** The table of a sweep: a row for each cell, marked where it is the best by validation, and copy-last below. */
export function resultsTable({ rows, figures, copyLast }: SweepTable, kind: PipelineKind): Table {
  const keys = Object.keys(rows[0]?.cell.values ?? {});
  const names = shortNames(keys);
  const score = (value: OverSeeds | undefined): Score | string =>
    value === undefined ? '–' : { value: value.mean, ...(value.sd !== undefined && { deviation: value.sd }) };
  const cells = rows.map(({ cell, seeds, wanted, validation, test, best }) => [
    ...(keys.length > 0 ? keys.map((key) => valueText(cell.values[key])) : ['all settings']),
    seeds.length === wanted ? `${wanted}` : `${seeds.length} of ${wanted}`,
    score(validation),
    ...figures.map(({ name }) => score(test[name])),
    best ? 'best by validation' : '',
  ]);
  const copies = copyLast && [
    'copy-last',
    ...keys.slice(1).map(() => ''),
    '',
    '–',
    ...figures.map(({ name }) => score(copyLast[name])),
    '',
  ];
  return {
    caption: 'Cells over seeds',
    columns: [
      ...(keys.length > 0 ? keys.map((key) => required(names, key)) : ['']),
      'seeds',
      validationUnit(kind),
      ...figures.map(({ name }) => name),
      '',
    ],
    rows: [...cells, ...(copies ? [copies] : [])],
    note:
      'Mean ± standard deviation between seeds. The lowest validation error chooses; test figures are only reported.' +
      (kind === 'clips'
        ? ' Test: next frames from true frames; rollout: frames from own predictions; MSE per pixel value.'
        : ''),
  };
}

/** What a person should take away of a sweep. */
export function sweepSummary(table: SweepTable, kind: PipelineKind): string[] {
  const { rows } = table;
  const best = rows.filter((row) => row.best);
  const unlearned = rows.reduce((sum, row) => sum + row.unlearned, 0);
  const missing = rows.reduce((sum, { seeds, wanted }) => sum + wanted - seeds.length, 0);
  return [
    ...(best.length > 0 ? [bestSentence(best, table, kind)] : ['No run has been trained and measured yet.']),
    ...(best.length > 0 ? closeSentence(best[0]!, rows) : []),
    ...(unlearned > 0
      ? [
          `${unlearned === 1 ? '1 run' : `${unlearned} runs`} did no better on the validation split than before the first step, and ` +
            'those first weights are measured: train longer before you choose a setting.',
        ]
      : []),
    ...(missing > 0
      ? [
          `${missing === 1 ? '1 run has' : `${missing} runs have`} no figures yet: the same command goes on with what is left.`,
        ]
      : []),
  ];
}

function bestSentence(
  best: readonly SweepRow[],
  { figures, copyLast }: SweepTable,
  kind: PipelineKind,
): string {
  const { test } = best[0]!;
  const validation = required(best[0]!, 'validation');
  const names = best.map(({ cell }) => cellTitle(cell) || 'the pipeline as it is');
  const who =
    names.length === 1 ? `${names[0]} is the best` : `${names.join(' and ')} are equally good, the best`;
  const measured = figures.flatMap(({ name }) => {
    const copied = copyLast?.[name];
    const beside = copied ? ` (copy-last ${formatNumber(copied.mean)})` : '';
    return test[name] ? [`${name} ${scoreText(test[name])}${beside}`] : [];
  });
  const of = names.length === 1 ? '' : ` of ${names[0]}`;
  return `By validation, ${who}: ${validationUnit(kind)} ${scoreText(validation)}. On the test split${of}: ${measured.join(', ')}.`;
}

/** Cells that seeds alone might put first. */
function closeSentence(best: SweepRow, rows: readonly SweepRow[]): string[] {
  const { mean, sd } = required(best, 'validation');
  if (sd === undefined) return [];
  const close = rows.filter(
    (row) =>
      !row.best &&
      row.validation?.sd !== undefined &&
      row.validation.mean - mean < Math.hypot(sd, row.validation.sd),
  );
  if (close.length === 0) return [];
  const names = close.map(({ cell }) => cellTitle(cell));
  const what = names.length > 3 ? `${names.length} other cells` : names.join('; ');
  return [
    `Seeds differ as much as the best does from ${what}: more seeds would be needed to tell them apart.`,
  ];
}

function scoreText({ mean, sd }: OverSeeds): string {
  return sd === undefined ? formatNumber(mean) : `${formatNumber(mean)} ± ${Number(sd.toPrecision(2))}`;
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
