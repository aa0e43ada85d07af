import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { stringify } from 'yaml';
import { errorFrame } from '../report/errorMap.js';
import { writeReport } from '../report/page.js';
import type { CurvePlot, Picture, ReportData } from '../report/reportData.js';
import type { FrameSource } from '../stream/frameSource.js';
import { heldOutBatches } from '../training/batches.js';
import type { PipelineConfig } from '../training/config.js';
import type { Engine } from '../training/engine.js';
import { type MetricsRecord, readMetrics } from '../training/metricsLog.js';
import { openTrainingEngine } from '../training/openEngine.js';
import { Predictor, toBytes } from '../training/predictor.js';
import { framesByTime } from '../training/rolloutErrors.js';
import { RunFolder } from '../training/runFolder.js';
import { type Frame, filmstrip } from '../video/index.js';
import { EVALUATION_COLUMNS, type Evaluation, evaluateRun, evaluationRows } from './evaluate.js';
import { openSource } from './experiment.js';

/** Frames a strip shows at the most: more would not fit on a page. */
const STRIP_FRAMES = 10;

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
    pictures: await pictures(config, engine, source),
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

async function pictures(config: PipelineConfig, engine: Engine, source: FrameSource): Promise<Picture[]> {
  const { width, height, color, steps } = config.data;
  for await (const batch of heldOutBatches(source, 'test', config.data, config.training.batch)) {
    const predictor = new Predictor(engine);
    const times = framesByTime(batch);
    const size = times[0]!.length / batch.shape[0];
    const frame = (values: Float32Array, clip: number, t: number): Frame => ({
      data: toBytes(values.subarray(clip * size, (clip + 1) * size)),
      width,
      height,
      channels: color === 'grey' ? 1 : 3,
      time: t,
      index: t,
      source: 'test',
    });
    const forced: Float32Array[] = [];
    for (const values of times.slice(0, steps)) forced.push(await predictor.watch(values));
    const shown = Math.max(1, Math.floor(steps / 2));
    predictor.reset();
    let expected = times[0]!;
    for (const values of times.slice(0, shown)) expected = await predictor.watch(values);
    const rolled = await predictor.rollout(expected, steps + 1 - shown);
    const first = Math.max(0, steps - STRIP_FRAMES);
    const strip = async (clip: number) => {
      const truth = times.slice(first + 1).map((values, t) => frame(values, clip, t));
      const guess = forced.slice(first).map((values, t) => frame(values, clip, t));
      const errors = truth.map((each, t) => errorFrame(each, guess[t]!));
      return filmstrip([
        { label: 'truth', frames: truth },
        { label: 'prediction', frames: guess },
        { label: 'error', frames: errors },
      ]);
    };
    const found: Picture[] = [];
    for (const clip of [0, 1].filter((index) => index < batch.clips.length)) {
      found.push({
        title: `Next frame, test clip ${clip + 1}`,
        caption: 'Every prediction is made from the true frames before it.',
        png: await strip(clip),
      });
    }
    const end = Math.min(steps + 1, shown + STRIP_FRAMES);
    found.push({
      title: 'Rollout, test clip 1',
      caption: `After ${shown} frames the model sees only its own predictions.`,
      png: await filmstrip([
        { label: 'truth', frames: times.slice(shown, end).map((values, t) => frame(values, 0, t)) },
        { label: 'rollout', frames: rolled.slice(0, end - shown).map((values, t) => frame(values, 0, t)) },
      ]),
    });
    return found;
  }
  return [];
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
