import type { Comparison } from '../../analysis/comparison/compareAnalyses.js';
import { type CompareOptions, compare } from '../../library/compare.js';
import { type ComparedTests, compareRuns } from '../../library/compareRuns.js';
import {
  comparisonSentences,
  differencesTable,
  figuresTable,
  settingsTable,
} from '../../library/comparing/comparedTables.js';
import { readingOf } from '../../library/comparing/figures.js';
import { meanOf } from '../../library/comparing/unitScores.js';
import { comparisonTables } from '../../report/pages/comparisonTables.js';
import { drawnWork } from '../terminal/drawnWork.js';
import { plainTable } from '../terminal/plainTable.js';
import { textTable, withInterrupt } from '../terminal/terminal.js';
import { layersIn } from './analyse.js';

export interface CompareCommandOptions extends Omit<CompareOptions, 'layers' | 'signal' | 'onNote'> {
  readonly out: string;
  /** `a,b` */
  readonly layers?: string;
  /** What can be read from latents, in place of what runs come to on their test splits. */
  readonly latents?: boolean;
  /** Every run by itself, also where several differ by their seed alone. */
  readonly single?: boolean;
  readonly json?: boolean;
}

/** `foreframe compare RUN…` */
export async function compareCommand(
  paths: readonly string[],
  { json, layers, latents, single, out, ...options }: CompareCommandOptions,
): Promise<void> {
  // Whoever asks for something of an analysis, or names one, means that comparison.
  const asked = [...Object.values(options), layers].some((value) => value !== undefined);
  if (latents || asked || paths.some((path) => path.endsWith('.json')))
    return compareLatents(paths, { json, layers, out, ...options });
  const compared = await withInterrupt((signal) =>
    drawnWork((watching) => compareRuns(paths, { out, single, signal, ...watching })),
  );
  console.log(json ? JSON.stringify(testsAnswer(compared)) : testsText(compared));
}

async function compareLatents(
  paths: readonly string[],
  { json, layers, ...options }: CompareCommandOptions,
): Promise<void> {
  const { comparison, page } = await compare(paths, {
    ...options,
    layers: layersIn(layers),
    onNote: console.error,
  });
  if (json) console.log(JSON.stringify(answerOf(comparison)));
  else console.log(`${textOf(comparison)}\nwrote ${page}`);
}

function testsAnswer({ kind, runs, figures, settings, differences, page }: ComparedTests): object {
  const compared = settings?.rows ?? runs;
  return {
    kind,
    runs: runs.map(({ name, run, config, step }, at) => ({
      name,
      path: run.path,
      pipeline: config.name,
      model: config.model.name,
      method: config.method.name,
      seed: config.seed,
      step,
      figures: Object.fromEntries(
        figures.flatMap((figure) => {
          const own = figure.scores[at];
          return own ? [[figure.name, meanOf(own.values)]] : [];
        }),
      ),
    })),
    ...(settings && {
      settings: settings.rows.map(({ name, seeds, runs: own }, at) => ({
        name,
        seeds,
        runs: own.map(({ run }) => run.path),
        figures: Object.fromEntries(
          settings.figures.flatMap((figure) => {
            const scores = figure.scores[at];
            if (!scores) return [];
            const { value: mean, deviation: sd } = readingOf(scores);
            return [[figure.name, { mean, sd }]];
          }),
        ),
      })),
    }),
    differences: differences.map(({ run, interval, ...rest }) => ({
      [settings ? 'setting' : 'run']: compared[run]!.name,
      against: compared[0]!.name,
      ...rest,
      ...interval,
    })),
    page,
  };
}

function testsText({ runs, figures: each, settings: over, differences, unit, page }: ComparedTests): string {
  const { rows, figures } = over ?? { rows: runs, figures: each };
  const settings = settingsTable(rows);
  return [
    plainTable(figuresTable(rows, figures, unit)),
    ...(rows.length > 1 ? [plainTable(differencesTable(rows, differences))] : []),
    ...(settings ? [plainTable(settings)] : []),
    ...(rows.length > 1 ? [comparisonSentences(rows, figures, differences).join('\n')] : []),
    ...(over ? [`${runs.length} runs of ${rows.length} settings: --single compares them run by run`] : []),
    `wrote ${page}`,
  ].join('\n\n');
}

function answerOf({ groups, measures, differences }: Comparison): object {
  return {
    rows: groups.map(({ name, analyses, sourceOf }) => ({
      name,
      latents: sourceOf(analyses[0]!),
      seeds: analyses.map(({ seed }) => seed),
    })),
    measures,
    differences,
  };
}

function textOf(comparison: Comparison): string {
  const { rows: what, scores, differences } = comparisonTables(comparison);
  return [what, ...scores, ...differences]
    .map(({ caption, columns, rows, note }) =>
      [
        caption,
        textTable(
          columns,
          rows.map((row) => row.map(String)),
        ),
        note ?? '',
      ]
        .filter(Boolean)
        .join('\n'),
    )
    .join('\n\n');
}
