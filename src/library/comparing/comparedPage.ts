import { basename } from 'node:path';
import type { ComparedMoments } from '../../report/frames/comparedPanels.js';
import { comparedAnimation, comparedStrip } from '../../report/frames/comparedPanels.js';
import { timeStamp } from '../../report/frames/predictionPanels.js';
import type { KnownMoment } from '../../report/frames/strips.js';
import { writeReport } from '../../report/pages/page.js';
import type { CurvePlot, ReportData, ReportImage, ReportPart } from '../../report/parts/reportData.js';
import { readMetrics } from '../../runs/metricsLog.js';
import type { RunFolder } from '../../runs/runFolder.js';
import { courseOf, loggedPoints, smoothingCaption } from '../reporting/learningCurve.js';
import type { WatchedClip } from '../reporting/watchedClips.js';
import {
  comparisonSentences,
  differencesTable,
  figuresTable,
  type NamedRun,
  onSameUnits,
  settingsTable,
} from './comparedTables.js';
import type { ComparedFigure, RunDifference } from './figures.js';

/** Runs whose predictions are side by side: more would be too small to see. */
const MOST_SHOWN = 5;
/** True frames before a rollout that the animation shows. */
const MOST_BEFORE = 6;

export interface PageRun extends NamedRun {
  readonly run: RunFolder;
  /** The key of its validation error in the log, and what it is multiplied with. */
  readonly validation: { readonly key: string; readonly scale: number };
  /** Of a run on clips. */
  readonly watched?: readonly WatchedClip[];
  /** The curve of a rollout by frames ahead. */
  readonly ahead?: readonly number[];
}

export interface ComparedPage {
  readonly runs: readonly PageRun[];
  readonly figures: readonly ComparedFigure[];
  readonly differences: readonly RunDifference[];
  /** What was measured, in a few words, and in what the validation error is. */
  readonly unit: string;
  readonly validationUnit: string;
  readonly copyLastAhead?: readonly number[];
}

/** The page of several runs side by side; a run has the same colour in every plot. */
export async function writeComparedPage(path: string, page: ComparedPage): Promise<void> {
  const { runs, figures, differences, unit } = page;
  const { moving, strips, notes } = await predictions(runs);
  const settings = settingsTable(runs);
  const others = runs.slice(1).map(({ name }) => name);
  const data: ReportData = {
    title: `foreframe: ${runs[0]!.name} beside ${others.length > 3 ? `${others.length} others` : others.join(', ')}`,
    subtitle: unit,
    ...(moving && { moving }),
    summary: comparisonSentences(runs, figures, differences),
    facts: [
      'Readings that are the same to three digits are ties. Each row is one training: seeds are not averaged.',
    ],
    parts: [
      { title: 'Results', tables: [figuresTable(runs, figures, unit), differencesTable(runs, differences)] },
      rolloutPart(page),
      { title: 'The same clips', images: strips, notes },
      { title: 'Training', curves: learningCurves(page) },
      { title: 'Settings', tables: settings ? [settings] : [] },
    ],
    settings: '',
    environment: {},
  };
  await writeReport(path, data);
}

function rolloutPart({ runs, figures, copyLastAhead }: ComparedPage): ReportPart {
  const series = runs.flatMap(({ name, ahead }, colour) =>
    ahead ? [{ name, colour, points: pointsOf(ahead) }] : [],
  );
  const copyLast = onSameUnits(figures) ? 'copy-last' : `copy-last on the clips of ${runs[0]!.name}`;
  const baseline = copyLastAhead
    ? [{ name: copyLast, colour: runs.length, points: pointsOf(copyLastAhead) }]
    : [];
  const plot: CurvePlot = {
    title: 'Rollout: MSE by frames ahead',
    xLabel: 'frames ahead',
    yLabel: 'MSE per pixel value',
    series: [...series, ...baseline],
  };
  return { title: 'Rollout', curves: series.length > 0 ? [plot] : [] };
}

function pointsOf(values: readonly number[]) {
  return values.map((y, at) => ({ x: at + 1, y }));
}

function learningCurves({ runs, validationUnit }: ComparedPage): CurvePlot[] {
  const logs = runs.map(({ run, name, validation }, colour) => ({
    name,
    colour,
    validation,
    metrics: readMetrics(run.metrics),
  }));
  const losses = logs.map(({ name, colour, metrics }) => {
    // Raw points of several runs would lie over each other.
    const { raw: _, ...course } = courseOf(name, loggedPoints(metrics, 'loss'), colour);
    return course;
  });
  return [
    {
      title: 'Validation error',
      xLabel: 'training step',
      yLabel: validationUnit,
      logY: true,
      series: logs.map(({ name, colour, metrics, validation: { key, scale } }) => ({
        name,
        colour,
        points: loggedPoints(metrics, key, scale),
      })),
    },
    {
      title: 'Training loss',
      xLabel: 'training step',
      yLabel: 'loss',
      logY: true,
      caption: ['Losses of different methods are of different scales.', smoothingCaption({ series: losses })]
        .filter(Boolean)
        .join(' '),
      series: losses,
    },
  ];
}

/** Predictions of the clips that the first run was shown, by all runs that were shown the same frames. */
async function predictions(
  runs: readonly PageRun[],
): Promise<{ moving?: ReportImage; strips: ReportImage[]; notes: string[] }> {
  const clips = runs[0]!.watched ?? [];
  const strips: ReportImage[] = [];
  const left = new Set<string>();
  let moving: ReportImage | undefined;
  for (const [at, clip] of clips.entries()) {
    const same = runs.filter(({ watched }) => watched?.[at] && sameFrames(watched[at], clip));
    const shown = same.slice(0, MOST_SHOWN);
    for (const { name } of runs) if (!shown.some((each) => each.name === name)) left.add(name);
    const momentsOf = (choose: (clip: WatchedClip) => readonly KnownMoment[]): ComparedMoments[] =>
      shown.map(({ name, watched }) => ({ name, moments: choose(watched![at]!) }));
    const place = `${basename(clip.source)} from ${timeStamp(clip.start)}`;
    const how = `After ${clip.context} true frames each run sees only its own predictions.`;
    moving ??= await comparedAnimation(
      'The same clip, as each run expects it',
      `${place}, slowed down. ${how}`,
      momentsOf(({ forced, rollout, context }) => [
        ...forced.slice(0, context - 1).slice(-MOST_BEFORE),
        ...rollout,
      ]),
    );
    strips.push(
      await comparedStrip(
        `Rollout, example ${at + 1} of ${clips.length}`,
        `${place}. ${how} Not chosen: the first clips of the test split.`,
        momentsOf(({ rollout }) => rollout),
      ),
    );
  }
  const notes =
    left.size > 0
      ? [
          `Not shown: ${[...left].join(', ')}. Shown are the first ${MOST_SHOWN} runs that see the same frames as the first one.`,
        ]
      : [];
  return { ...(moving && { moving }), strips, notes };
}

/** Frames of another size, colour or video are not the same. */
function sameFrames(a: WatchedClip, b: WatchedClip): boolean {
  if (a.rollout.length !== b.rollout.length || a.forced.length !== b.forced.length) return false;
  return [...a.forced, ...a.rollout].every(({ truth }, at) => {
    const other = [...b.forced, ...b.rollout][at]!.truth;
    return truth.width === other.width && Buffer.compare(truth.data, other.data) === 0;
  });
}
