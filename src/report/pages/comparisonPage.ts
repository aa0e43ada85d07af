import type {
  ComparedDifference,
  ComparedGroup,
  Comparison,
} from '../../analysis/comparison/compareAnalyses.js';
import { isFew, overText } from '../../analysis/comparison/fewUnits.js';
import type { CurvePlot, Point } from '../parts/reportData.js';
import { renderTable } from '../parts/table.js';
import { comparisonTables } from './comparisonTables.js';
import { methodTable } from './methodTable.js';
import { renderPage, renderPlots } from './page.js';
import { hintOn } from './variableHints.js';

/** The page of several runs side by side. */
export function renderComparison(comparison: Comparison): string {
  const { groups } = comparison;
  const { settings, testClips } = groups[0]!.analyses[0]!;
  const { rows, scores, differences } = comparisonTables(comparison);
  return renderPage({
    title: `${groups[0]!.name} beside ${groups.length - 1} others`,
    subtitle: `${settings.dataset} (${settings.frame}), ${testClips} test clips of ${settings.steps} frames`,
    summary: comparisonSummary(comparison),
    sections: [
      { title: 'What is compared', contents: [renderTable(rows)] },
      { title: 'Scores', contents: scores.map(renderTable) },
      { title: 'Differences', contents: differences.map(renderTable) },
      { title: 'Who is it', contents: renderPlots(identificationCurve(groups)) },
      { title: 'What is known of the clips', contents: renderPlots(regressionCurves(groups)) },
      { title: 'How it was measured', contents: [renderTable(methodTable(groups[0]!.analyses[0]!))] },
    ],
  });
}

/** The comparison in sentences. */
export function comparisonSummary({ groups, differences }: Comparison): string[] {
  const first = groups[0]!;
  const { settings, trainClips, testClips } = first.analyses[0]!;
  const fewest = Math.min(...groups.slice(0, -1).map(({ analyses }) => analyses.length));
  const seeds = `${fewest} ${fewest === 1 ? 'seed' : 'seeds'}`;
  const sentences = [
    `${first.name} is compared with ${groups
      .slice(1)
      .map(({ name }) => name)
      .join(
        ', ',
      )}. All watched the same clips of ${settings.dataset}, whatever they were trained on. Linear probes learned from their ` +
      `latents on ${trainClips} training clips and were tested on ${testClips} others.`,
    ...groups.slice(1).map(({ name }) => verdict(first, name, differences)),
  ];
  const sure =
    fewest < 3
      ? `Some rows have only ${seeds}, which shows little of how much trainings differ. Use three seeds or more.`
      : `Each row of a pipeline rests on ${seeds} or more.`;
  return [...sentences, sure];
}

function verdict({ name: first }: ComparedGroup, name: string, all: readonly ComparedDifference[]): string {
  const own = all.filter(({ group }) => group === name);
  const list = (wanted: (each: ComparedDifference) => boolean) =>
    own.filter(wanted).map((each) => `${each.measure}${isFew(each) ? ` (${overText(each)})` : ''}`);
  const better = list((each) => !isFew(each) && each.difference.low > 0);
  const worse = list((each) => !isFew(each) && each.difference.high < 0);
  const open = list((each) => isFew(each) || (each.difference.low <= 0 && each.difference.high >= 0));
  if (own.length === 0) return `${name} has no score in common with ${first}.`;
  const parts = [
    worse.length > 0 ? `worse than ${first} in ${worse.join('; ')}` : '',
    better.length > 0 ? `better in ${better.join('; ')}` : '',
    open.length > 0 ? `not distinguishable in ${open.join('; ')}` : '',
  ];
  return `${name} is ${parts.filter(Boolean).join(', and ')}.`;
}

function identificationCurve(groups: readonly ComparedGroup[]): CurvePlot[] {
  const { identification, settings } = groups[0]!.analyses[0]!;
  if (identification.length === 0) return [];
  return [
    {
      title: 'Who is it, from angles not seen before',
      xLabel: 'training angles',
      yLabel: 'accuracy on the other angles',
      caption:
        `${identification[0]!.people} new people, ${settings.draws} draws of the training angles; chance is ` +
        `${(100 / identification[0]!.people).toFixed(0)} %. Mean over seeds; upright lines: lowest to highest seed.`,
      series: groups.map((group) => ({
        name: group.name,
        points: pointsOf(group, (analysis, source) =>
          (analysis.identification.find((each) => each.source === source)?.scores ?? []).map(
            ({ views, accuracy }) => ({ x: views, y: accuracy.value }),
          ),
        ),
      })),
    },
  ];
}

function regressionCurves(groups: readonly ComparedGroup[]): CurvePlot[] {
  const { regression } = groups[0]!.analyses[0]!;
  return [...new Set(regression.map(({ variable }) => variable))].map((variable) => ({
    title: `${variable}: what can be read linearly`,
    xLabel: 'frames watched',
    yLabel: 'R² on test clips',
    caption:
      'Mean over seeds; upright lines: lowest to highest seed. 1: read without error; 0: no better than its mean; below 0: worse.' +
      hintOn(variable),
    series: groups.map((group) => ({
      name: group.name,
      points: pointsOf(group, (analysis, source) =>
        analysis.regression
          .filter((each) => each.variable === variable && each.source === source)
          .map(({ time, r2 }) => ({ x: time, y: r2.value })),
      ),
    })),
  }));
}

/** The mean over seeds at each place, with the lowest and the highest where there are several. */
function pointsOf(
  { analyses, sourceOf }: ComparedGroup,
  curve: (analysis: ComparedGroup['analyses'][number], source: string) => Point[],
): Point[] {
  const curves = analyses.map((analysis) => curve(analysis, sourceOf(analysis)));
  return (curves[0] ?? []).map(({ x }) => {
    const values = curves.flatMap((points) => points.find((point) => point.x === x)?.y ?? []);
    const y = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.length > 1 ? { x, y, low: Math.min(...values), high: Math.max(...values) } : { x, y };
  });
}
