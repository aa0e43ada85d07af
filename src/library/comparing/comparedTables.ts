import { isDeepStrictEqual } from 'node:util';
import { formatColumn, formatNumber } from '../../report/parts/numbers.js';
import type { Table } from '../../report/parts/reportData.js';
import { flatten } from '../reporting/flatten.js';
import { type ComparedFigure, meanOf, type RunDifference, readingOf } from './figures.js';

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
  const copies = figures.some(({ copyLast }) => copyLast);
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
      ...runs.map(({ name, config, step, seeds }, at) => [
        name,
        seeds?.join(', ') ?? `${config.seed}`,
        `${step}`,
        ...figures.map(({ scores }) => {
          const own = scores[at];
          return own ? readingOf(own) : '–';
        }),
      ]),
      ...(copies
        ? [['copy-last', '', '', ...figures.map(({ copyLast }) => (copyLast ? meanOf(copyLast) : '–'))]]
        : []),
    ],
    best: figures.map(({ best }, at) => ({ at: 3 + at, is: best })),
    note: [
      ...(averaged ? ['Mean ± standard deviation between seeds.'] : []),
      copies
        ? 'Next frames from true frames; rollout: frames from own predictions. Errors are means per pixel value, frames in [0, 1]. Copy-last: on the clips of the first run.'
        : 'The weights that did best on the validation split.',
    ].join(' '),
  };
}

const SIGN = { better: 'better', worse: 'worse', open: 'not distinguishable', tie: 'tie' } as const;

/** Every run less the first one, with intervals. */
export function differencesTable(runs: readonly NamedRun[], differences: readonly RunDifference[]): Table {
  const unpaired = differences.some(({ paired }) => !paired);
  const seeded = runs.some(({ seeds = [] }) => seeds.length > 1);
  return {
    caption: `Difference to ${runs[0]!.name}`,
    columns: [seeded ? 'setting' : 'run', 'figure', 'difference (95 %)', 'verdict'],
    rows: differences.map(({ run, figure, interval, paired, verdict }) => [
      runs[run]!.name,
      figure,
      interval ? intervalText(interval) : '–',
      `${SIGN[verdict]}${paired ? '' : ', not paired'}`,
    ]),
    note:
      (seeded
        ? 'In brackets 95 % of bootstrap draws over seeds, in pairs where both settings have the same ones, and over test clips or images. ' +
          'A range without 0 says that these two settings differ on such data. Few seeds, and clips of one video, which resemble each other, make it rather too narrow.'
        : 'In brackets 95 % of bootstrap draws over test clips or images, in pairs. A range without 0 says that these two runs differ ' +
          'on such data; it knows nothing of other seeds, and clips of one video resemble each other, so that it is rather too narrow.') +
      (unpaired ? ' Not paired: the test clips are not the same.' : ''),
  };
}

function intervalText({ value, low, high }: { value: number; low: number; high: number }): string {
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
    const parts = [
      sentencePart(`better than ${first} by`, list('better')),
      sentencePart(`worse than ${first} by`, list('worse')),
      sentencePart(`equal to ${first} by`, list('tie')),
      sentencePart(`not distinguishable from ${first} by`, list('open')),
    ].filter(Boolean);
    const paired = own.every((each) => each.paired);
    return `${name} is ${parts.join('; ')}.${paired ? '' : ' It was tested on other clips: the differences are not of pairs.'}`;
  });
}

function reading({ figure, run }: RunDifference, figures: readonly ComparedFigure[]): string {
  const { scores } = figures.find(({ name }) => name === figure)!;
  const [own, first] = [scores[run]!, scores[0]!].map(({ values }) => formatNumber(meanOf(values)));
  return `${figure} (${own} against ${first})`;
}

function sentencePart(words: string, list: readonly string[]): string {
  return list.length > 0 ? `${words} ${list.join(', ')}` : '';
}
