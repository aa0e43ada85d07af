import { isDeepStrictEqual } from 'node:util';
import { ForeframeError } from '../../common/errors.js';
import { groupBy } from '../../common/groupBy.js';
import { isBeforeTraining, RAW_PIXELS, type RunAnalysis } from '../battery/runAnalysis.js';
import type { Interval } from '../scores/bootstrap.js';
import { type Measure, measuresOf, type Score } from './comparedMeasures.js';
import { seedsDifference } from './seedsDifference.js';

/** Runs that are one row of a comparison: the seeds of one pipeline, or a baseline. */
export interface ComparedGroup {
  readonly name: string;
  readonly analyses: readonly RunAnalysis[];
  /** The latents that stand for a run: a layer, which may have another name in another model. */
  sourceOf(analysis: RunAnalysis): string;
}

/** One thing that was measured on all runs. */
export interface ComparedMeasure extends Pick<Measure, 'name' | 'kind' | 'unit'> {
  readonly cells: readonly ComparedCell[];
}

export interface ComparedCell {
  readonly group: string;
  readonly mean: number;
  /** Standard deviation between seeds (n − 1); nothing for one seed. */
  readonly deviation: number | undefined;
  readonly seeds: number;
}

/** How much another row scores beyond the first, over seeds and what is tested. */
export interface ComparedDifference {
  readonly measure: string;
  readonly group: string;
  readonly against: string;
  readonly difference: Interval;
  /** What was drawn besides seeds. */
  readonly over: { readonly count: number; readonly of: Score['of'] | 'groups' };
}

export interface Comparison {
  readonly groups: readonly ComparedGroup[];
  readonly measures: readonly ComparedMeasure[];
  readonly differences: readonly ComparedDifference[];
}

/**
 * One table of several analyses. Rows are pipelines (seeds together); the others are compared with the first;
 * raw pixels and the weights before training of the first pipeline are rows of their own.
 * @throws ForeframeError when the analyses do not rest on the same clips, or one run is there twice
 */
export function compareAnalyses(analyses: readonly RunAnalysis[]): Comparison {
  checkComparable(analyses);
  const groups = groupsOf(analyses);
  const kinds = measuresOf(analyses[0]!);
  const measures = kinds.map(({ name, kind, unit, score }) => ({
    name,
    kind,
    unit,
    cells: groups.flatMap((group): ComparedCell[] => {
      const values = group.analyses.flatMap((each) => score(each, group.sourceOf(each))?.value ?? []);
      if (values.length === 0) return [];
      return [{ group: group.name, seeds: values.length, ...meanAndDeviation(values) }];
    }),
  }));
  const together = analyses.find((each) => each.groups)?.groups;
  const differences = kinds.flatMap((kind) =>
    groups.slice(1).flatMap((group) => differenceOf(kind, group, groups[0]!, together)),
  );
  return { groups, measures, differences };
}

function differenceOf(
  { name, score }: Measure,
  group: ComparedGroup,
  first: ComparedGroup,
  together: readonly number[] | undefined,
): ComparedDifference[] {
  const bySeed = ({ analyses, sourceOf }: ComparedGroup) =>
    new Map(
      analyses.flatMap((each) => {
        const found = score(each, sourceOf(each));
        return found ? [[each.seed, found] as const] : [];
      }),
    );
  const [a, b] = [bySeed(group), bySeed(first)];
  const tested = [...a.values()][0];
  if (tested === undefined || b.size === 0) return [];
  const { units, of } = tested;
  const groups = of === 'clips' ? together : undefined;
  const over = overOf(units, of, groups);
  // Nothing can be drawn of one.
  if (over.count < 2) return [];
  const statistics = (scores: typeof a) => new Map([...scores].map(([seed, each]) => [seed, each.statistic]));
  const difference = seedsDifference(statistics(a), statistics(b), units, { groups });
  return [{ measure: name, group: group.name, against: first.name, difference, over }];
}

function overOf(
  units: number,
  of: Score['of'],
  groups: readonly number[] | undefined,
): ComparedDifference['over'] {
  const count = new Set(groups).size;
  return groups && count < units ? { count, of: 'groups' } : { count: units, of };
}

function groupsOf(analyses: readonly RunAnalysis[]): ComparedGroup[] {
  const pipelines = [...groupBy(analyses, ({ pipeline }) => pipeline)].map(
    ([name, own]): ComparedGroup => ({ name, analyses: own, sourceOf: ({ sources }) => sources[0]! }),
  );
  const first = pipelines[0]!;
  const random = first.analyses[0]!.sources.find(isBeforeTraining);
  const pixels = first.analyses[0]!.sources.find((source) => source === RAW_PIXELS);
  return [
    ...pipelines,
    ...(random
      ? [{ name: `${first.name}, random weights`, analyses: first.analyses, sourceOf: () => random }]
      : []),
    // Pixels do not depend on the training: one run is enough.
    ...(pixels ? [{ name: pixels, analyses: first.analyses.slice(0, 1), sourceOf: () => pixels }] : []),
  ];
}

function checkComparable(analyses: readonly RunAnalysis[]): void {
  checkSameQuestion(analyses);
  const [grouped, ...more] = analyses.filter(({ groups }) => groups);
  const unlike = more.find(({ groups }) => !isDeepStrictEqual(groups, grouped!.groups));
  if (unlike)
    throw new ForeframeError(
      `${unlike.run} was tested on clips of other groups than ${grouped!.run}: analyse both again with \`foreframe analyse\``,
    );
  const first = analyses[0]!;
  const other = analyses.find(({ testClips }) => testClips !== first.testClips);
  if (other)
    throw new ForeframeError(
      `${other.run} was tested on ${other.testClips} clips and ${first.run} on ${first.testClips}: analyse them with the same settings`,
    );
}

/**
 * Whether analyses of these runs could stand in one table: known before any of them is made.
 * @throws ForeframeError when their settings differ, or one run is there twice
 */
export function checkSameQuestion(
  runs: readonly Pick<RunAnalysis, 'run' | 'settings' | 'pipeline' | 'seed'>[],
): void {
  const [first, ...others] = runs;
  if (!first) throw new ForeframeError('there are no analyses to compare');
  for (const other of others) {
    const { settings } = other;
    for (const key of Object.keys(first.settings) as (keyof typeof settings)[]) {
      if (isDeepStrictEqual(first.settings[key], settings[key])) continue;
      throw new ForeframeError(
        `${other.run} was analysed with ${key} ${settings[key]} and ${first.run} with ${first.settings[key]}: ` +
          'analyse them with the same settings to compare them',
      );
    }
  }
  for (const [, own] of groupBy(runs, ({ pipeline, seed }) => `${pipeline} ${seed}`)) {
    if (own.length > 1) {
      const [a, b] = own;
      throw new ForeframeError(
        `${a!.run} and ${b!.run} are both ${a!.pipeline} of seed ${a!.seed}: give one of them, or train with another seed`,
      );
    }
  }
}

function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number | undefined } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, deviation: undefined };
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, deviation: Math.sqrt(square) };
}
