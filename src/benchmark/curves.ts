import { loggedPoints, validationKeyOf } from '../library/reporting/learningCurve.js';
import type { CurvePlot, Point, Series } from '../report/parts/reportData.js';
import { readMetrics } from '../runs/metricsLog.js';
import type { DoneRun, MeasuredRow } from './measured.js';

/** Points of a mean curve over time. */
const POINTS = 24;

/** Validation error by minutes and by steps: the mean over draws and seeds. A method has the same colour in both. */
export function learningCurves(rows: readonly MeasuredRow[]): CurvePlot[] {
  const shown = rows
    .map((row, colour) => ({ row, colour }))
    .filter(({ row }) => row.done.length > 0)
    .map(({ row, colour }) => ({
      colour,
      name: row.planned.row.name,
      minutes: meanOverTime(row.done.map((run) => pointsOf(run, 'minutes'))),
      steps: meanOverTime(row.done.map((run) => pointsOf(run, 'steps'))),
    }));
  const plot = (by: 'minutes' | 'steps', xLabel: string): CurvePlot => ({
    title: `Validation error by ${xLabel}`,
    xLabel,
    yLabel: 'validation error %',
    logY: true,
    caption: 'At each time the last look of each training: mean over draws and seeds.',
    series: shown.map(({ name, colour, ...each }): Series => ({ name, colour, points: each[by] })),
  });
  return [plot('minutes', 'minutes of training'), plot('steps', 'training steps')];
}

function pointsOf({ prepared, config }: DoneRun, by: 'minutes' | 'steps'): Point[] {
  const metrics = readMetrics(`${prepared.choice.folder}/metrics.jsonl`);
  const points = loggedPoints(metrics, validationKeyOf(config));
  if (by === 'steps') return points;
  // A look has no time of its own in the log: it is that of its step.
  const times = new Map(
    metrics.flatMap(({ step, seconds }) => (seconds === undefined ? [] : [[step, seconds]])),
  );
  return points.map(({ x, y }) => ({ x: (times.get(x) ?? 0) / 60, y }));
}

/** Curves whose points lie at times of their own: each keeps its last value until the next. From where all have one, to the end of the shortest. */
function meanOverTime(curves: readonly (readonly Point[])[]): Point[] {
  if (curves.some((curve) => curve.length === 0)) return [];
  const from = Math.max(...curves.map((curve) => curve[0]!.x));
  const to = Math.min(...curves.map((curve) => curve.at(-1)!.x));
  const [only, ...others] = curves;
  if (others.length === 0) return [...only!];
  // One was over before another was looked at.
  if (to < from) return [];
  const own = only!.map(({ x }) => x);
  const same = curves.every(
    (curve) => curve.length === own.length && curve.every(({ x }, at) => x === own[at]),
  );
  const times = same
    ? own
    : Array.from({ length: POINTS }, (_, at) => from + ((to - from) * at) / (POINTS - 1));
  return times.map((x) => {
    const values = curves.map((curve) => curve.findLast((point) => point.x <= x + 1e-9)!.y);
    return { x, y: values.reduce((sum, value) => sum + value, 0) / values.length };
  });
}
