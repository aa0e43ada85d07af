import { type Frame, filmstrip } from '../../video/index.js';
import { formatNumber } from '../parts/numbers.js';
import type { ReportImage } from '../parts/reportData.js';
import { animation } from './animation.js';
import { errorFrame, fullErrorOf } from './errorMap.js';
import { panelGrid, scaleTo } from './panels.js';
import { meanSquaredError, timeStamp } from './predictionPanels.js';
import type { KnownMoment } from './strips.js';

/** The same moments as one run expects them. */
export interface ComparedMoments {
  /** Of the run. */
  readonly name: string;
  readonly moments: readonly KnownMoment[];
}

/** Pixels of the smallest side of a frame, and milliseconds that a moment is shown, and the last one. */
const SIDE = 128;
const DELAY = 180;
const REST = 1600;
const MOST_MOMENTS = 40;
/** Letters of a caption that fit above a frame. */
const LETTERS = 16;
/** Columns of a strip, and of one on a narrow screen, and how high its frames are, about. */
const WIDE = 6;
const NARROW = 3;
const HIGH = 84;

/** The truth and what each run expects, moving, above the errors on one scale. @param runs of moments of the same frames */
export async function comparedAnimation(
  title: string,
  caption: string,
  runs: readonly ComparedMoments[],
): Promise<ReportImage> {
  const cut = runs.map(({ name, moments }) => ({ name, moments: moments.slice(0, MOST_MOMENTS) }));
  const truths = cut[0]!.moments;
  const full = fullErrorOf(cut.flatMap(({ moments }) => moments));
  const frames = await Promise.all(truths.map((_, at) => panels(cut, at, full)));
  const lossless = scaleTo(SIDE, [truths[0]!.truth]) >= 3;
  return {
    title,
    caption,
    fullError: full,
    image: await animation(frames, { delay: DELAY, rest: REST, lossless }),
  };
}

function panels(runs: readonly ComparedMoments[], at: number, full: number): Promise<Frame> {
  const { truth, time, ahead } = runs[0]!.moments[at]!;
  const lines = [ahead > 1 ? 'from own frames' : 'from true frames', `frame +${ahead}`];
  return panelGrid(
    [
      [
        { caption: 'truth', frame: truth },
        ...runs.map(({ name, moments }) => ({ caption: short(name), frame: moments[at]!.prediction })),
      ],
      [
        { caption: timeStamp(time), words: { lines, fullError: full } },
        ...runs.map(({ moments }) => {
          const { prediction } = moments[at]!;
          const error = formatNumber(meanSquaredError(prediction, truth));
          return { caption: `MSE ${error}`, frame: errorFrame(truth, prediction, full) };
        }),
      ],
    ],
    { side: SIDE },
  );
}

/** The same as a filmstrip, a few moments side by side. */
export async function comparedStrip(
  title: string,
  caption: string,
  runs: readonly ComparedMoments[],
): Promise<ReportImage> {
  const fullError = fullErrorOf(runs.flatMap(({ moments }) => moments));
  const draw = (count: number) => {
    const places = spread(runs[0]!.moments.length, count);
    const of = (moments: readonly KnownMoment[]) => places.map((at) => moments[at]!);
    const truths = of(runs[0]!.moments);
    return filmstrip(
      [
        { label: 'truth', frames: truths.map(({ truth }) => truth) },
        ...runs.flatMap(({ name, moments }) => [
          { label: short(name), frames: of(moments).map(({ prediction }) => prediction) },
          {
            label: 'its error',
            frames: of(moments).map(({ truth, prediction }) => errorFrame(truth, prediction, fullError)),
          },
        ]),
      ],
      {
        scale: Math.max(1, Math.round(HIGH / truths[0]!.truth.height)),
        columns: truths.map(({ ahead }) => `+${ahead}`),
      },
    );
  };
  return { title, caption, image: await draw(WIDE), narrow: await draw(NARROW), fullError };
}

/** So many places at even distances, the first and the last among them. */
function spread(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}

/** The end of a long name tells runs apart better than its beginning. */
function short(name: string): string {
  const letters = [...name];
  return letters.length > LETTERS ? `…${letters.slice(1 - LETTERS).join('')}` : name;
}
