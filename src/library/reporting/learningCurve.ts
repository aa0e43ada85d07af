import type { SampleConfig } from '../../config/sampleConfig.js';
import { sampleMethodOf } from '../../methods/index.js';
import type { CurvePlot, Point, Series } from '../../report/parts/reportData.js';
import { smoothed } from '../../report/plots/smooth.js';
import type { MetricsRecord } from '../../runs/metricsLog.js';

/** A key of the metrics log as a curve over training steps, `scale` times as high. */
export function loggedPoints(metrics: readonly MetricsRecord[], key: string, scale = 1): Point[] {
  return metrics.flatMap((record) =>
    record[key] === undefined ? [] : [{ x: record.step, y: record[key] * scale }],
  );
}

/** A noisy curve as its smoothed course before what it was made of. */
export function courseOf(name: string, points: readonly Point[], colour?: number): Series {
  const { points: course, over } = smoothed(points);
  return { name, points: course, ...(over > 1 && { raw: points }), ...(colour !== undefined && { colour }) };
}

/** The mean over runs at each step that all of them logged. */
export function meanCourse(runs: readonly (readonly MetricsRecord[])[], key: string, scale: number): Point[] {
  const curves = runs.map((metrics) => new Map(loggedPoints(metrics, key, scale).map(({ x, y }) => [x, y])));
  return [...(curves[0] ?? [])].flatMap(([x]) => {
    const values = curves.flatMap((curve) => curve.get(x) ?? []);
    if (values.length < curves.length) return [];
    return [{ x, y: values.reduce((sum, value) => sum + value, 0) / values.length }];
  });
}

/** What is to be said of smoothed curves; nothing where none is. */
export function smoothingCaption(curves: Pick<CurvePlot, 'series'>): string {
  const raw = curves.series.find((series) => series.raw)?.raw;
  return raw ? `Strong lines: means over ${smoothed(raw).over} steps; pale ones behind: every step.` : '';
}

/** The key under which a run on images logs the validation error that chooses its best weights. */
export function validationKeyOf({ method, evaluation }: SampleConfig): string {
  if (sampleMethodOf(method).labels === 'none') return 'validationTask';
  return evaluation.network === 'student' ? 'validationStudent' : 'validationTeacher';
}
