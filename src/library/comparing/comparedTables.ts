import { isDeepStrictEqual } from 'node:util';
import { required } from '../../common/required.js';
import { formatColumn, formatNumber } from '../../report/parts/numbers.js';
import type { Cell, Table } from '../../report/parts/reportData.js';
import { flatten } from '../reporting/flatten.js';
import { type ComparedFigure, type RunDifference, readingOf } from './figures.js';
import { meanOf, sameUnits } from './unitScores.js';
import { fewNotes, fewText, runsNote, seedsNote } from './unitsText.js';

/** A run as tables name it. */
export interface NamedRun {
  readonly name: string;
  readonly config: {
    readonly name: string;
    readonly model: { readonly name: string };
    readonly method: { readonly name: string };
    readonly seed: number;
  };
  readonly step: number;
  /** Of a setting whose runs are taken together. */
  readonly seeds?: readonly number[];
}

/** Every figure of every run: the best of each in bold, copy-last below. */
export function figuresTable(
  runs: readonly NamedRun[],
  figures: readonly ComparedFigure[],
  unit: string,
): Table {
  const copies = copyLastRows(runs, figures);
  const averaged = runs.some(({ seeds = [] }) => seeds.length > 1);
  return {
    caption: `Test split: ${unit}`,
    columns: [
      averaged ? 'setting' : 'run',
      averaged ? 'seeds' : 'seed',
      'step',
      ...figures.map(({ name }) => name),
    ],
    rows: [
      ...runs.map(({ name, config, step, seeds }, at): Cell[] => [
        name,
        seeds?.join(', ') ?? `${config.seed}`,
        `${step}`,
        ...figures.map(({ scores }) => {
          const own = scores[at];
          return own ? readingOf(own) : '–';
        }),
      ]),
      ...copies.map(({ name, values }): Cell[] => [
        name,
        '',
        '',
        ...values.map((each) => (each ? meanOf(each) : '–')),
      ]),
    ],
    // The best on other clips would only be the one that has the easiest.
    ...(onSameUnits(figures) && { best: figures.map(({ best }, at) => ({ at: 3 + at, is: best })) }),
    note: [
      ...(averaged ? ['Mean ± standard deviation between seeds.'] : []),
      copies.length > 0
        ? 'Next frames from true frames; rollout: frames from own predictions. Errors are means per pixel value, frames in [0, 1].'
        : 'The weights that did best on the validation split.',
    ].join(' '),
  };
}

/** Copying the last frame, once for all runs that were tested on the same clips. */
function copyLastRows(runs: readonly NamedRun[], figures: readonly ComparedFigure[]) {
  const [figure] = figures;
  if (!figure?.copyLast) return [];
  const firsts = figure.scores.flatMap((own, at) => {
    const before = figure.scores.slice(0, at);
    return own && !before.some((each) => each && sameUnits(each, own)) ? [at] : [];
  });
  return firsts.map((at) => ({
    name: firsts.length === 1 ? 'copy-last' : `copy-last on the clips of ${runs[at]!.name}`,
    values: figures.map(({ copyLast }) => copyLast?.[at]),
  }));
}

/** Whether all runs were tested on the same clips or images. */
export function onSameUnits(figures: readonly ComparedFigure[]): boolean {
  return figures.every(({ scores }) => {
    const [first, ...others] = scores.filter((each) => each !== undefined);
    return others.every((each) => sameUnits(each, first!));
  });
}

/** Verdicts in words. */
export const SIGN = {
  better: 'better',
  worse: 'worse',
  open: 'not distinguishable',
  tie: 'tie',
  unlike: 'other test data',
} as const;

/** Every run less the first one, with intervals. */
export function differencesTable(runs: readonly NamedRun[], differences: readonly RunDifference[]): Table {
  const unpaired = differences.some(({ verdict }) => verdict === 'unlike');
  const seeded = runs.some(({ seeds = [] }) => seeds.length > 1);
  return {
    caption: `Difference to ${runs[0]!.name}`,
    columns: [seeded ? 'setting' : 'run', 'figure', 'difference (95 %)', 'verdict'],
    rows: differences.map((difference) => {
      const { run, figure, interval, verdict } = difference;
      const few = fewText(difference);
      return [
        runs[run]!.name,
        figure,
        interval ? intervalText(interval) : '–',
        `${SIGN[verdict]}${few ? ` (${few})` : ''}`,
      ];
    }),
    note: [
      ...(seeded ? seedsNote(differences) : runsNote(differences)),
      ...fewNotes(differences),
      ...(unpaired
        ? [
            'Other test data: the test clips or images are not the same, so that the difference does not say which run is better.',
          ]
        : []),
    ].join(' '),
  };
}

/** `−1.2 (−2.0 … −0.4)` */
export function intervalText({ value, low, high }: { value: number; low: number; high: number }): string {
  const [a, b, c] = formatColumn([value, low, high]);
  return `${a} (${b} … ${c})`;
}

/** The settings in which the runs differ; nothing where there is none but the name. */
export function settingsTable(runs: readonly NamedRun[]): Table | undefined {
  const all = runs.map(({ config }) => flatten({ ...config }));
  const keys = [...new Set(all.flatMap(Object.keys))].filter(
    (key) => !all.every((each) => isDeepStrictEqual(each[key], all[0]![key])),
  );
  if (keys.length === 0) return undefined;
  return {
    caption: 'Settings that differ',
    columns: ['setting', ...runs.map(({ name }) => name)],
    rows: keys.map((key) => [key, ...all.map((each) => each[key] ?? '–')]),
  };
}

/** What the comparison says, a sentence for each run but the first. */
export function comparisonSentences(
  runs: readonly NamedRun[],
  figures: readonly ComparedFigure[],
  differences: readonly RunDifference[],
): string[] {
  const first = runs[0]!.name;
  return runs.slice(1).map(({ name }, at) => {
    const own = differences.filter(({ run }) => run === at + 1);
    if (own.length === 0) return `${name} has no figure in common with ${first}.`;
    const list = (wanted: RunDifference['verdict']) =>
      own.filter(({ verdict }) => verdict === wanted).map((each) => reading(each, figures));
    const unlike = list('unlike');
    if (unlike.length > 0) return unlikeSentence(name, first, unlike, figures[0]!, at + 1);
    const parts = [
      sentencePart(`better than ${first} by`, list('better')),
      sentencePart(`worse than ${first} by`, list('worse')),
      sentencePart(`equal to ${first} by`, list('tie')),
      sentencePart(`not distinguishable from ${first} by`, list('open')),
    ].filter(Boolean);
    const few = [...new Set(own.flatMap((each) => fewText(each) ?? []))];
    return `${name} is ${parts.join('; ')}.${few.length > 0 ? ` This rests on ${few.join(' and ')} only.` : ''}`;
  });
}

/** A run that was tested on other clips or images: its readings, and each beside copy-last on its own clips, but no verdict. */
function unlikeSentence(
  name: string,
  first: string,
  readings: readonly string[],
  figure: ComparedFigure,
  run: number,
): string {
  const shares = [run, 0].map((at) => {
    const [own, copy] = [figure.scores[at]?.values, figure.copyLast?.[at]];
    return own && copy && meanOf(copy) > 0 ? (meanOf(own) / meanOf(copy)).toPrecision(3) : undefined;
  });
  const beside = shares.every((share) => share !== undefined)
    ? ` Beside copy-last on its own test clips, ${figure.name} is ${shares[0]} times as large (${first}: ${shares[1]}).`
    : '';
  return `${name} was tested on other data than ${first}, so this does not say which is better: ${readings.join(', ')}.${beside}`;
}

function reading({ figure, run }: RunDifference, figures: readonly ComparedFigure[]): string {
  const { scores } = required(new Map(figures.map((each) => [each.name, each])), figure);
  const [own, first] = [scores[run]!, scores[0]!].map(({ values }) => formatNumber(meanOf(values)));
  return `${figure} (${own} against ${first})`;
}

function sentencePart(words: string, list: readonly string[]): string {
  return list.length > 0 ? `${words} ${list.join(', ')}` : '';
}
