import { RAW_PIXELS } from '../../analysis/battery/runAnalysis.js';
import type {
  ComparedGroup,
  ComparedMeasure,
  Comparison,
} from '../../analysis/comparison/compareAnalyses.js';
import type { MeasureKind } from '../../analysis/comparison/comparedMeasures.js';
import { isFew, overText } from '../../analysis/comparison/fewUnits.js';
import { FEW_UNITS } from '../../analysis/scores/bootstrap.js';
import type { Table } from '../parts/reportData.js';
import { intervalText } from './analysisPage.js';

/** The question of each part of a comparison, in the order in which the page shows them. */
const QUESTIONS: Readonly<Record<MeasureKind, string>> = {
  regression: 'what is known of the clips',
  identification: 'who is it, from new angles',
  classes: 'which class is it',
  retrieval: 'does one of the nearest show the same',
};

/** The rows of a comparison, then scores and differences, a table of each for every kind of measure. */
export function comparisonTables(comparison: Comparison): {
  readonly rows: Table;
  readonly scores: readonly Table[];
  readonly differences: readonly Table[];
} {
  const kinds = (Object.keys(QUESTIONS) as MeasureKind[]).flatMap((kind) => {
    const measures = comparison.measures.filter((each) => each.kind === kind && each.cells.length > 0);
    return measures.length > 0 ? [{ question: QUESTIONS[kind], measures }] : [];
  });
  return {
    rows: rowsTable(comparison.groups),
    scores: kinds.map(({ question, measures }) => scoresTable(question, measures, comparison)),
    differences: kinds.map(({ question, measures }) => differencesTable(question, measures, comparison)),
  };
}

/** How many latents each row has: models differ in that, and readers have to know it. */
function rowsTable(groups: readonly ComparedGroup[]): Table {
  return {
    caption: 'What stands in the rows',
    columns: ['runs', 'model', 'seeds', 'latents', 'numbers', 'training steps'],
    rows: groups.map(({ name, analyses, sourceOf }) => {
      const first = analyses[0]!;
      const source = sourceOf(first);
      const steps = analyses.map(({ step }) => step);
      const trained = source === first.sources[0];
      const [low, high] = [Math.min(...steps), Math.max(...steps)];
      return [
        name,
        first.model,
        source === RAW_PIXELS ? 'any' : analyses.map(({ seed }) => seed).join(', '),
        source,
        String(first.widths[first.sources.indexOf(source)]),
        trained ? (low === high ? String(low) : `${low} to ${high}`) : '0',
      ];
    }),
    note:
      "Latents: a model's memory after the last frame it watched (the LSTM's output), or, in a model without memory, its fully " +
      'connected code. Steps: training steps of the weights with the smallest validation error, which are measured.',
  };
}

function scoresTable(question: string, measures: readonly ComparedMeasure[], { groups }: Comparison): Table {
  const cell = (mean: number, deviation: number | undefined) =>
    deviation === undefined ? digits(mean) : `${digits(mean)} ± ${digits(deviation)}`;
  return {
    caption: `Scores: ${question}`,
    columns: ['runs', 'seeds', ...measures.map(({ name, unit }) => `${name} (${unit})`)],
    rows: groups.map(({ name, analyses }) => [
      name,
      String(analyses.length),
      ...measures.map(({ cells }) => {
        const found = cells.find(({ group }) => group === name);
        return found ? cell(found.mean, found.deviation) : '–';
      }),
    ]),
    note: 'Mean ± standard deviation over seeds; a score without ± is of one seed.',
  };
}

function differencesTable(
  question: string,
  measures: readonly ComparedMeasure[],
  { groups, differences }: Comparison,
): Table {
  const names = groups.map(({ name }) => name);
  const own = differences.filter((each) => measures.some(({ name }) => name === each.measure));
  const over = [...new Set(own.map(overText))].join(', or ');
  const certainty = own.some(isFew)
    ? `Of fewer than ${FEW_UNITS} units all differ in the same direction by chance alone too often for a verdict.`
    : 'A range without 0 says that the two differ.';
  return {
    caption: `Difference to ${names[0]}: ${question}`,
    columns: ['runs', ...measures.map(({ name }) => name)],
    rows: names.slice(1).map((group) => [
      group,
      ...measures.map(({ name }) => {
        const found = differences.find((each) => each.measure === name && each.group === group);
        return found ? intervalText(found.difference) : '–';
      }),
    ]),
    note:
      `Below 0: ${names[0]} is better. On the same ${over}, seed by seed where both sides have the same seeds. In ` +
      `brackets: 95 % of bootstrap draws over seeds and ${over}. ${certainty} Ranges ` +
      'from three seeds are somewhat too narrow: three trainings show little of how much trainings differ.',
  };
}

function digits(value: number): string {
  return value.toFixed(3).replace('-', '−');
}
