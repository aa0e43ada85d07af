import { existsSync } from 'node:fs';
import { stringify } from 'yaml';
import { ForeframeError } from '../../common/errors.js';
import { loadSampleConfig } from '../../config/loadConfig.js';
import { nameOfData } from '../../config/ownKeys.js';
import type { ClassifierEvaluation } from '../../evaluation/classifierEvaluation.js';
import { readSampleEvaluation } from '../../evaluation/sampleEvaluation.js';
import type { TaskEvaluation } from '../../evaluation/taskEvaluation.js';
import { writeReport } from '../../report/pages/page.js';
import type { CurvePlot, HistogramPlot, ReportPart, Table } from '../../report/parts/reportData.js';
import { type MetricsRecord, readMetrics } from '../../runs/metricsLog.js';
import type { RunFolder } from '../../runs/runFolder.js';
import { withoutSavedPasswords } from '../../runs/savedPaths.js';
import { errorInterval } from '../evaluating/errorInterval.js';
import { evaluateImageRun } from '../evaluating/evaluateImageRun.js';
import type { Watching } from '../watching.js';
import { classifierLayers } from './classifierLayers.js';
import { classifierTemplates } from './classifierTemplates.js';
import { flatten } from './flatten.js';
import { loadOutside, type OpenClassifier, openClassifier, otherDataset } from './imageClassifier.js';
import { courseOf, loggedPoints, smoothingCaption } from './learningCurve.js';
import { LIKELIHOOD, OUTLIER_NOTES, outlierReport, outlierScores } from './outliers.js';

/** Images of each set in the histograms. */
const OUTLIER_IMAGES = 2000;

/** Write the page of a run on images, which is evaluated first where it was not. What an NRM renders is looked at too. */
export async function sampleReport(run: RunFolder, watching: Watching): Promise<void> {
  const config = await loadSampleConfig(run.config);
  const kept = existsSync(run.evaluation) ? await readSampleEvaluation(run, config) : undefined;
  const evaluation = kept ?? (await evaluateImageRun(run, config, watching));
  const looks = evaluation.kind === 'classifier' && config.model.name === 'nrm' && !config.data.clips;
  await writeReport(run.report, {
    title: `foreframe: ${config.name}`,
    subtitle: `${config.method.name} on ${evaluation.data}`,
    summary: evaluation.kind === 'task' ? taskSummary(evaluation) : summaryOf(evaluation),
    parts: [
      {
        title: 'Results',
        tables:
          evaluation.kind === 'task'
            ? [taskTable(evaluation)]
            : [errorsTable(evaluation), confusionTable(evaluation)],
      },
      ...(looks ? await renderedParts(run.path, watching) : []),
      { title: 'Training', curves: learningCurves(readMetrics(run.metrics)) },
    ],
    settings: stringify(withoutSavedPasswords(config)),
    environment: flatten(await run.readEnvironment()),
  });
}

async function renderedParts(path: string, watching: Pick<Watching, 'onNote'>): Promise<ReportPart[]> {
  const opened = await openClassifier(path, watching);
  try {
    return [
      { title: 'What it sees, layer by layer', ...(await classifierLayers(opened)) },
      { title: 'What it expects of a class', ...(await classifierTemplates(opened)) },
      { title: 'In and out of distribution', ...(await outliersOf(opened, watching)) },
    ];
  } finally {
    await opened.engine.dispose();
  }
}

function taskSummary({ best, last, method, imagesSeen }: TaskEvaluation): string[] {
  return [
    `It solves its own task, ${method.name}, wrongly for ${best.test.toFixed(2)} % of the test images, with the weights of step ${best.step}, the best on the validation split.`,
    `It learned without labels for ${last.minutes.toFixed(1)} minutes and saw ${imagesSeen} images, repeats included. What its layers are good for: foreframe extract, then foreframe probe.`,
  ];
}

function taskTable({ best, last }: TaskEvaluation): Table {
  return {
    caption: 'Error at the task of the method, %',
    columns: ['weights', 'step', 'validation', 'test'],
    rows: Object.entries({ 'best on validation': best, last }).map(([name, { step, validation, test }]) => [
      name,
      step,
      validation.toFixed(2),
      test.toFixed(2),
    ]),
  };
}

/** Histograms against the dataset of the same size, where there is one that can be had. */
async function outliersOf(
  opened: OpenClassifier,
  watching: Pick<Watching, 'onNote'>,
): Promise<Omit<ReportPart, 'title'>> {
  const against = otherDataset(opened.config);
  if (against === undefined)
    return {
      notes: [`There is no other dataset with images of the size of ${nameOfData(opened.config.data)}.`],
    };
  try {
    const outside = await loadOutside(opened, against, watching);
    const found = await outlierScores(opened, outside, OUTLIER_IMAGES);
    const { inside, pictures: images, noise, scores } = outlierReport(opened, against, found);
    const histogram = (name: string, title: string, xLabel: string): HistogramPlot => ({
      title,
      xLabel,
      series: found.scores
        .filter((score) => score.name === name)
        .flatMap((score) => [
          { name: `${inside}, in-distribution`, values: score.inside },
          { name: `${against}, out-of-distribution`, values: score.outside },
        ]),
    });
    const table: Table = {
      caption: `${inside} against ${against}: ${images.inside} and ${images.outside} test images, σ ${noise.toFixed(3)}`,
      columns: ['score', 'AUROC', 'out-of-distribution accepted, %'],
      rows: scores.map(({ name, auroc, passAt95 }) => [
        name,
        Number(auroc.toFixed(4)),
        Number((100 * passAt95).toFixed(1)),
      ]),
      note: OUTLIER_NOTES,
    };
    const histograms = [
      histogram(LIKELIHOOD, 'Likelihood of images', 'log-likelihood, nats'),
      histogram('greatest probability', 'Greatest class probability', 'probability'),
    ];
    return { histograms, tables: [table] };
  } catch (error) {
    // Images that cannot be fetched should not cost the rest of the page.
    if (!(error instanceof ForeframeError)) throw error;
    return { notes: [`Not compared with ${against}: ${error.message}`] };
  }
}

function summaryOf(evaluation: ClassifierEvaluation): string[] {
  const { testError, network, best, last, labels, method, picturesSeen } = evaluation;
  const { low, high, over } = errorInterval(evaluation);
  return [
    `It classifies ${testError.toFixed(2)} % of the test ${evaluation.clips ? 'clips' : 'images'} wrongly (95 %: ${low.toFixed(2)} to ${high.toFixed(2)}, over ${over}), with the ${network}'s weights of step ${best.step}, the best on the validation split.`,
    `It learned by ${method.name} from ${labels === 'all' ? 'all' : labels} labels for ${last.minutes.toFixed(1)} minutes and saw ${picturesSeen} images, repeats included.`,
  ];
}

function errorsTable({ best, last }: ClassifierEvaluation): Table {
  return {
    caption: 'Error, % of images',
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
    caption: 'Test images by class (row) and answer (column)',
    columns: ['', ...classes],
    rows: confusion.map((row, y) => [classes[y]!, ...row]),
  };
}

function learningCurves(metrics: readonly MetricsRecord[]): CurvePlot[] {
  const parts = Object.keys(metrics.find(({ loss }) => loss !== undefined) ?? {}).filter(
    (key) => !NO_LOSSES.includes(key),
  );
  // A method with one loss logs no parts of it.
  const losses = parts.length > 0 ? parts : ['loss'];
  const series = losses.map((key) => courseOf(key, loggedPoints(metrics, key)));
  return [
    {
      title: 'Validation error',
      xLabel: 'training step',
      yLabel: 'error, % of images',
      logY: true,
      series: Object.entries(VALIDATIONS).flatMap(([name, key]) => {
        const points = loggedPoints(metrics, key);
        return points.length > 0 ? [{ name, points }] : [];
      }),
    },
    {
      title: 'Training losses, before they are weighted',
      xLabel: 'training step',
      yLabel: 'loss',
      logY: true,
      caption: smoothingCaption({ series }),
      series,
    },
  ];
}

/** What is validated, by its name in the log. */
const VALIDATIONS = {
  student: 'validationStudent',
  teacher: 'validationTeacher',
  task: 'validationTask',
};

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
