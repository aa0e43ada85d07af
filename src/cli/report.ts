import { relative } from 'node:path';
import { stringify } from 'yaml';
import { writeReport } from '../report/page.js';
import type { CurvePlot, ReportData } from '../report/reportData.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { PipelineConfig } from '../training/config.js';
import type { Engine } from '../training/engine.js';
import { type Evaluation, evaluateRun, readEvaluation } from '../training/evaluateRun.js';
import { type MetricsRecord, readMetrics } from '../training/metricsLog.js';
import { openTrainingEngine } from '../training/openEngine.js';
import { RunFolder } from '../training/runFolder.js';
import { classifierReport } from './classifierReport.js';
import { openSource } from './experiment.js';
import { flatten } from './flatten.js';
import { holdsClassifier } from './imageClassifier.js';
import { reportPictures } from './reportPictures.js';
import { evaluationCurves, evaluationTables } from './reportTables.js';

/** `foreframe report RUN` */
export async function reportCommand(path: string): Promise<void> {
  const run = await RunFolder.open(path);
  if (await holdsClassifier(run)) return classifierReport(path);
  const config = await run.readConfig();
  const source = await openSource(config);
  const engine = await openTrainingEngine(config);
  try {
    const kept = await readEvaluation(run);
    const evaluation = kept ?? (await evaluateRun(run, config, engine, source));
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
    tables: evaluationTables(evaluation),
    curves: [learningCurve(metrics, evaluation), ...evaluationCurves(evaluation)],
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
  { trained, rollout, step, minutes, target }: Evaluation,
  metrics: MetricsRecord[],
): string[] {
  const share = trained.model.squaredError.mean / trained.copyLast.squaredError.mean;
  const steps = metrics.at(-1)?.step ?? step;
  const verdict =
    share < 1
      ? `The model's error is ${(100 * share).toFixed(0)} % of that of copying the last frame`
      : `The model does not beat copying the last frame yet (${(100 * share).toFixed(0)} % of its error)`;
  const sentences = [
    `${verdict}, on ${trained.clips} test clips that it was not trained on.`,
    `Training took ${steps} steps of ${config.training.batch} clips in ${(60 * minutes.total).toFixed(0)} seconds; the weights are those of step ${step}, chosen on the validation split. Seed ${config.seed}.`,
  ];
  if (target === 'current')
    sentences.push(
      'It was trained to give back the last frame shown; here it is judged as a prediction of the next.',
    );
  if (rollout) {
    const { model, copyLast } = rollout;
    // Up to the first frame that is worse: one that is better again by chance does not count.
    const worse = model.squaredError.byStep.findIndex(
      (error, i) => error >= copyLast.squaredError.byStep[i]!,
    );
    const beaten = worse < 0 ? rollout.horizon : worse;
    sentences.push(
      beaten > 0
        ? `Left to itself it stays better than a frozen picture for ${beaten} of ${rollout.horizon} frames ahead.`
        : 'Left to itself it is no better than a frozen picture.',
    );
  }
  return sentences;
}

function learningCurve(metrics: MetricsRecord[], { trained: { valuesPerFrame } }: Evaluation): CurvePlot {
  const series = (name: string, key: string, scale = 1) => ({
    name,
    points: metrics
      .filter((record) => record[key] !== undefined)
      .map((record) => ({ x: record.step, y: record[key]! * scale })),
  });
  return {
    title: 'Learning',
    xLabel: 'training step',
    yLabel: 'squared error per frame',
    logY: true,
    series: [
      series('training', 'loss', valuesPerFrame),
      series('validation', 'validation'),
      series('copy-last', 'validationCopyLast'),
      series('linear extrapolation', 'validationLinear'),
    ],
  };
}
