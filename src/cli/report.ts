import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { stringify } from 'yaml';
import { writeReport } from '../report/page.js';
import type { CurvePlot, ReportData } from '../report/reportData.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { PipelineConfig } from '../training/config.js';
import type { Engine } from '../training/engine.js';
import { type MetricsRecord, readMetrics } from '../training/metricsLog.js';
import { openTrainingEngine } from '../training/openEngine.js';
import { RunFolder } from '../training/runFolder.js';
import { EVALUATION_COLUMNS, type Evaluation, evaluateRun, evaluationRows } from './evaluate.js';
import { openSource } from './experiment.js';
import { reportPictures } from './reportPictures.js';

/** `foreframe report RUN` */
export async function reportCommand(path: string): Promise<void> {
  const run = await RunFolder.open(path);
  const config = await run.readConfig();
  const source = await openSource(config);
  const engine = await openTrainingEngine(config);
  try {
    const evaluation = existsSync(run.evaluation)
      ? (JSON.parse(await readFile(run.evaluation, 'utf8')) as Evaluation)
      : await evaluateRun(run, config, engine, source);
    await engine.restore((await run.bestCheckpoint()).state);
    await reportRun(run, config, engine, source, evaluation);
    console.log(`wrote ${run.report}`);
  } finally {
    await engine.dispose();
  }
}

/** Write the run's page. `engine` holds the weights that were evaluated. */
export async function reportRun(
  run: RunFolder,
  config: PipelineConfig,
  engine: Engine,
  source: FrameSource,
  evaluation: Evaluation,
  video?: string,
): Promise<void> {
  const metrics = readMetrics(run.metrics);
  const data: ReportData = {
    title: `foreframe: ${config.name}`,
    subtitle: `${config.model.name} on ${source.description}`,
    summary: summarySentences(config, evaluation, metrics),
    tables: [evaluationTable(evaluation), ...rolloutTable(evaluation)],
    curves: curves(metrics, evaluation),
    pictures: await reportPictures(config, engine, source),
    videos: video
      ? [
          {
            title: 'Prediction',
            caption: 'Test clips: input, truth, prediction, error.',
            file: relative(run.path, video),
          },
        ]
      : [],
    settings: stringify(config),
    environment: flatten(await run.readEnvironment()),
  };
  await writeReport(run.report, data);
}

function summarySentences(
  config: PipelineConfig,
  { trained, rollout, step }: Evaluation,
  metrics: MetricsRecord[],
): string[] {
  const share = trained.model / trained.copyLast;
  const seconds = metrics.findLast((record) => record.seconds !== undefined)?.seconds ?? 0;
  const steps = metrics.at(-1)?.step ?? step;
  const verdict =
    share < 1
      ? `The model's error is ${(100 * share).toFixed(0)} % of that of copying the last frame`
      : `The model does not beat copying the last frame yet (${(100 * share).toFixed(0)} % of its error)`;
  const sentences = [
    `${verdict}, on ${trained.clips} test clips that it was not trained on.`,
    `Training took ${steps} steps of ${config.training.batch} clips in ${seconds.toFixed(0)} seconds; the weights are those of step ${step}, chosen on the validation split. Seed ${config.seed}.`,
  ];
  const beaten = rollout ? rollout.model.findLastIndex((error, i) => error < rollout.copyLast[i]!) + 1 : 0;
  if (rollout) {
    sentences.push(
      beaten > 0
        ? `Left to itself it stays better than a frozen picture for ${beaten} of ${rollout.model.length} frames ahead.`
        : 'Left to itself it is no better than a frozen picture.',
    );
  }
  return sentences;
}

function evaluationTable(evaluation: Evaluation) {
  return {
    caption: 'Next frame, teacher-forced, test split',
    columns: EVALUATION_COLUMNS,
    rows: evaluationRows(evaluation),
    note: 'Squared error is summed over the values of a frame in [0, 1], mean over predictions and clips. Lower is better.',
    best: [1, 2, 3].map((column) => ({ column, is: 'lowest' as const })),
  };
}

function rolloutTable({ rollout }: Evaluation) {
  if (!rollout) return [];
  const ahead = [1, 2, 3, 5, 10].filter((n) => n <= rollout.model.length);
  const row = (name: string, errors: number[]) => [name, ...ahead.map((n) => errors[n - 1]!)];
  return [
    {
      caption: 'Rollout: the model fed its own predictions',
      columns: ['predictor', ...ahead.map((n) => `+${n} frames`)],
      rows: [
        row('model', rollout.model),
        row('copy-last', rollout.copyLast),
        row('linear extrapolation', rollout.linear),
      ],
      note: 'Squared error per frame by how far ahead it lies.',
      best: ahead.map((_, i) => ({ column: i + 1, is: 'lowest' as const })),
    },
  ];
}

function curves(metrics: MetricsRecord[], { trained, rollout }: Evaluation): CurvePlot[] {
  const values = trained.valuesPerFrame;
  const series = (name: string, key: string, scale = 1) => ({
    name,
    points: metrics
      .filter((record) => record[key] !== undefined)
      .map((record) => ({ x: record.step, y: record[key]! * scale })),
  });
  const plots: CurvePlot[] = [
    {
      title: 'Learning',
      xLabel: 'training step',
      yLabel: 'squared error per frame',
      logY: true,
      series: [
        series('training', 'loss', values),
        series('validation', 'validation'),
        series('copy-last', 'validationCopyLast'),
        series('linear extrapolation', 'validationLinear'),
      ],
    },
  ];
  if (rollout) {
    const line = (name: string, errors: number[]) => ({
      name,
      points: errors.map((y, i) => ({ x: i + 1, y })),
    });
    plots.push({
      title: 'Rollout',
      xLabel: 'frames ahead',
      yLabel: 'squared error per frame',
      series: [
        line('model', rollout.model),
        line('copy-last', rollout.copyLast),
        line('linear extrapolation', rollout.linear),
      ],
    });
  }
  return plots;
}

function flatten(values: Record<string, unknown>, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value !== null && typeof value === 'object'
        ? Object.entries(flatten(value as Record<string, unknown>, `${prefix}${key}.`))
        : [[`${prefix}${key}`, String(value)]],
    ),
  );
}
