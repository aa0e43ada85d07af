import type { RunAnalysis } from '../battery/runAnalysis.js';
import { rSquaredOfRows } from '../protocols/rSquaredByClip.js';
import type { UnitStatistic } from './seedsDifference.js';

/** The question of a measure: latent variables, identity, class, or neighbours. */
export type MeasureKind = 'regression' | 'identification' | 'classes' | 'retrieval';

/** How one run scored. */
export interface Score {
  readonly value: number;
  /** What was tested on; the same for every run. */
  readonly units: number;
  readonly of: 'clips' | 'people' | 'labels';
  readonly statistic: UnitStatistic;
}

/** One number by which runs are compared. */
export interface Measure {
  readonly name: string;
  readonly kind: MeasureKind;
  readonly unit: 'R²' | 'accuracy' | 'recall';
  /** Nothing where the run was not measured so. */
  score(analysis: RunAnalysis, source: string): Score | undefined;
}

/** Numbers of training views and labels that are compared in tables; all views are in the plot. */
const COMPARED_VIEWS: readonly number[] = [1, 3, 6, 11];
const COMPARED_SHOTS: readonly number[] = [1, 4, 16, 64];
/** Principal components come in the order of what they explain: the first ones are compared by themselves, too. */
const ORDERED = { variable: 'components', first: 3 };

/** What the runs of a comparison have in common, as the first of them was measured. */
export function measuresOf(analysis: RunAnalysis): Measure[] {
  return [
    ...regressionMeasures(analysis),
    ...identificationMeasures(analysis),
    ...classMeasures(analysis),
    ...retrievalMeasures(analysis),
  ];
}

function regressionMeasures({ regression, times }: RunAnalysis): Measure[] {
  const last = times.at(-1)!;
  const atLast = regression.filter(({ time, source }) => time === last && source === regression[0]!.source);
  return atLast.flatMap(({ variable, components }) => {
    const measure = (name: string, component?: number): Measure => ({
      name,
      kind: 'regression',
      unit: 'R²',
      score: (analysis, source) => regressionScore(analysis, source, variable, last, component),
    });
    if (variable !== ORDERED.variable) return [measure(variable)];
    const first = components.slice(0, ORDERED.first);
    return [
      measure(`${variable}, mean of ${components.length}`),
      ...first.map((_, i) => measure(`${variable} ${i + 1}`, i)),
    ];
  });
}

function regressionScore(
  { regression, truths }: RunAnalysis,
  source: string,
  variable: string,
  time: number,
  component?: number,
): Score | undefined {
  const same = (each: { variable: string; time: number }) => each.variable === variable && each.time === time;
  const found = regression.find((each) => each.source === source && same(each));
  const truth = truths.find(same)?.values;
  if (!found || !truth) return undefined;
  const errors = { truth, squaredErrors: found.squaredErrors, k: found.components.length };
  return {
    value: (component === undefined ? found : found.components[component]!).r2.value,
    units: truth.length / errors.k,
    of: 'clips',
    statistic: (rows) => rSquaredOfRows(errors, rows, component),
  };
}

function identificationMeasures({ identification }: RunAnalysis): Measure[] {
  const views = (identification[0]?.scores ?? []).map((each) => each.views);
  return views
    .filter((count) => COMPARED_VIEWS.includes(count))
    .map((count) => ({
      name: `who is it, ${count} ${count === 1 ? 'angle' : 'angles'}`,
      kind: 'identification',
      unit: 'accuracy',
      score: (analysis, source) => {
        const scores = analysis.identification.find((each) => each.source === source)?.scores;
        const found = scores?.find((each) => each.views === count);
        return found && meanScore(found.byIdentity, 'people');
      },
    }));
}

function classMeasures({ labels, lowShot, times }: RunAnalysis): Measure[] {
  const last = times.at(-1)!;
  const names = [...new Set(labels.map(({ label }) => label))];
  const all = names.map(
    (label): Measure => ({
      name: label,
      kind: 'classes',
      unit: 'accuracy',
      score: (analysis, source) => {
        const found = analysis.labels.find(
          (each) => each.source === source && each.label === label && each.time === last,
        );
        return found && meanScore(found.hits, 'clips');
      },
    }),
  );
  const shots = [...new Set(lowShot.flatMap(({ scores }) => scores.map((each) => each.shots)))];
  const few = names.flatMap((label) =>
    shots
      .filter((count) => COMPARED_SHOTS.includes(count))
      .map(
        (count): Measure => ({
          name: `${label}, ${count} ${count === 1 ? 'label' : 'labels'} each`,
          kind: 'classes',
          unit: 'accuracy',
          score: (analysis, source) => {
            const own = analysis.lowShot.find((each) => each.source === source && each.label === label);
            const found = own?.scores.find((each) => each.shots === count);
            return found && meanScore(found.byRow, 'clips');
          },
        }),
      ),
  );
  return [...all, ...few];
}

function retrievalMeasures({ retrieval, sources }: RunAnalysis): Measure[] {
  return retrieval
    .filter(({ source }) => source === sources[0])
    .flatMap(({ label, scores }) =>
      scores.map(({ at }) => ({
        name: `R@${at} by ${label}`,
        kind: 'retrieval',
        unit: 'recall',
        score: (analysis, source) => {
          const own = analysis.retrieval.find((each) => each.source === source && each.label === label);
          const found = own?.scores.find((each) => each.at === at);
          return found && shareScore(found.hits, found.queries, 'labels');
        },
      })),
    );
}

function meanScore(values: readonly number[], of: Score['of']): Score {
  const once = values.map(() => 1);
  return shareScore(values, once, of);
}

/** So many of so many, over all units. */
function shareScore(hits: readonly number[], counts: readonly number[], of: Score['of']): Score {
  const statistic = (units: ArrayLike<number>) => {
    let [sum, all] = [0, 0];
    for (let i = 0; i < units.length; i++) {
      sum += hits[units[i]!]!;
      all += counts[units[i]!]!;
    }
    return sum / all;
  };
  return { value: statistic([...hits.keys()]), units: hits.length, of, statistic };
}
