import { stringify } from 'yaml';
import { atomicWrite } from '../common/atomicWrite.js';
import { ForeframeError } from '../common/errors.js';
import { type ClassifierPage, renderClassifier } from '../report/classifierPage.js';
import type { HistogramPlot } from '../report/histogramPlot.js';
import type { CurvePlot, Table } from '../report/reportData.js';
import { type ClassifierEvaluation, readClassifierEvaluation } from '../training/classifierEvaluation.js';
import { type MetricsRecord, readMetrics } from '../training/metricsLog.js';
import { RunFolder } from '../training/runFolder.js';
import { classifierLayers } from './classifierLayers.js';
import { classifierTemplates } from './classifierTemplates.js';
import { flatten } from './flatten.js';
import { loadOutside, type OpenClassifier, openClassifier, otherDataset } from './imageClassifier.js';
import { LIKELIHOOD, OUTLIER_NOTES, outlierReport, outlierScores } from './outliers.js';

/** Pictures of each set in the histograms. */
const OUTLIER_PICTURES = 2000;

/** `foreframe report RUN` of a run of `foreframe classify`. */
export async function classifierReport(path: string): Promise<void> {
  // Read first: a run that was never finished should not wait for its data.
  const evaluation = await readClassifierEvaluation(await RunFolder.open(path));
  const opened = await openClassifier(path);
  const { run, config } = opened;
  try {
    const page: ClassifierPage = {
      title: `foreframe: ${config.name}`,
      subtitle: `${config.method.name} on ${evaluation.data}`,
      summary: summaryOf(evaluation),
      tables: [errorsTable(evaluation), confusionTable(evaluation)],
      curves: learningCurves(readMetrics(run.metrics)),
      layers: await classifierLayers(opened),
      classes: await classifierTemplates(opened),
      ...(await outliersOf(opened)),
      settings: stringify(config),
      environment: flatten(await run.readEnvironment()),
    };
    await atomicWrite(run.report, renderClassifier(page));
    console.log(`wrote ${run.report}`);
  } finally {
    await opened.engine.dispose();
  }
}

/** Histograms against the dataset of the same size, where there is one that can be had. */
async function outliersOf(opened: OpenClassifier): Promise<Pick<ClassifierPage, 'outliers' | 'missing'>> {
  const none = { histograms: [], tables: [] };
  const against = otherDataset(opened.config);
  if (against === undefined)
    return {
      outliers: none,
      missing: [`${opened.config.data.dataset}: no other pictures of this size are at hand.`],
    };
  try {
    const outside = await loadOutside(opened, against);
    const found = await outlierScores(opened, outside, OUTLIER_PICTURES);
    const { inside, pictures, noise, scores } = outlierReport(opened, against, found);
    const histogram = (name: string, title: string, xLabel: string): HistogramPlot => ({
      title,
      xLabel,
      series: found.scores
        .filter((score) => score.name === name)
        .flatMap((score) => [
          { name: `${inside}, its own`, values: score.inside },
          { name: `${against}, foreign`, values: score.outside },
        ]),
    });
    const table: Table = {
      caption: `${inside} against ${against}: ${pictures.inside} and ${pictures.outside} test pictures, σ ${noise.toFixed(3)}`,
      columns: ['score', 'AUROC', 'foreign that pass, %'],
      rows: scores.map(({ name, auroc, passAt95 }) => [
        name,
        Number(auroc.toFixed(4)),
        Number((100 * passAt95).toFixed(1)),
      ]),
      note: OUTLIER_NOTES,
    };
    const histograms = [
      histogram(LIKELIHOOD, 'How likely the model holds pictures', 'log-likelihood, nats'),
      histogram('greatest probability', 'How sure its answers are', 'greatest class probability'),
    ];
    return { outliers: { histograms, tables: [table] }, missing: [] };
  } catch (error) {
    // Pictures that cannot be fetched should not cost the rest of the page.
    if (!(error instanceof ForeframeError)) throw error;
    return { outliers: none, missing: [`Not compared with ${against}: ${error.message}`] };
  }
}

function summaryOf({
  testError,
  network,
  best,
  last,
  labels,
  method,
  picturesSeen,
}: ClassifierEvaluation): string[] {
  return [
    `${testError.toFixed(2)} % of the test pictures are answered wrongly, by the ${network}'s weights of step ${best.step}, which were best on validation.`,
    `It learned by ${method.name} from ${labels === 'all' ? 'all' : labels} labels for ${last.minutes.toFixed(1)} minutes and saw ${picturesSeen} pictures, repeats counted.`,
  ];
}

function errorsTable({ best, last }: ClassifierEvaluation): Table {
  return {
    caption: 'Wrong answers, %',
    columns: ['weights', 'step', 'validation', 'test', 'validation, teacher', 'test, teacher'],
    rows: Object.entries({ 'best on validation': best, last }).map(([name, { step, validation, test }]) => [
      name,
      step,
      ...[validation.student, test.student, validation.teacher, test.teacher].map((error) =>
        error.toFixed(2),
      ),
    ]),
  };
}

function confusionTable({ classes, confusion }: ClassifierEvaluation): Table {
  return {
    caption: 'Test pictures by class (row) and answer (column)',
    columns: ['', ...classes],
    rows: confusion.map((row, y) => [classes[y]!, ...row.map(String)]),
  };
}

function learningCurves(metrics: readonly MetricsRecord[]): CurvePlot[] {
  const series = (name: string, key: string) => ({
    name,
    points: metrics.flatMap((record) =>
      record[key] === undefined ? [] : [{ x: record.step, y: record[key] }],
    ),
  });
  const losses = Object.keys(metrics.find(({ loss }) => loss !== undefined) ?? {}).filter(
    (key) => !NO_LOSSES.includes(key),
  );
  return [
    {
      title: 'Validation error',
      xLabel: 'training step',
      yLabel: 'wrong answers, %',
      logY: true,
      series: [series('student', 'validationStudent'), series('teacher', 'validationTeacher')],
    },
    {
      title: 'Losses, before their weights',
      xLabel: 'training step',
      yLabel: 'loss',
      logY: true,
      series: losses.map((key) => series(key, key)),
    },
  ];
}

/** What a metrics record holds besides losses. */
const NO_LOSSES = [
  'step',
  'seconds',
  'loss',
  'gradientNorm',
  'learningRate',
  'ramp',
  'teacherDecay',
  'imagesPerSecond',
];
