import { type Frame, filmstrip } from '../../video/index.js';
import type { ReportImage } from '../parts/reportData.js';
import { compact } from './compact.js';
import { errorFrame, fullErrorOf } from './errorMap.js';
import { type Moment, timeStamp } from './predictionPanels.js';

/** A moment of which the truth is known. */
export type KnownMoment = Moment & { readonly truth: Frame };

export function isKnown(moment: Moment): moment is KnownMoment {
  return moment.truth !== undefined;
}

/** Columns that fit on a page, and on a phone. */
const WIDE = 6;
const NARROW = 3;
/** Pixels that a frame is high, about. */
const SIDE = { wide: 96, narrow: 84 };
/** Frames ahead that strips of rollouts show, as tables do. */
const AHEAD = [1, 2, 5, 10, 20, 50];

/**
 * Moments side by side, truth above prediction above copy-last above both errors, which have one scale. Each column is headed by
 * how many frames ahead it is (`+5`), or by its time.
 */
export async function predictionStrip(
  title: string,
  caption: string,
  moments: readonly KnownMoment[],
  heads: 'ahead' | 'time',
): Promise<ReportImage> {
  const fullError = fullErrorOfMoments(moments);
  const chosen =
    heads === 'ahead'
      ? moments.filter((each, at) => AHEAD.includes(each.ahead) || at === moments.length - 1)
      : moments;
  const draw = async (count: number, side: number) => {
    const shown = spreadOver(chosen, count);
    const { truth } = shown[0]!;
    const strip = await filmstrip(
      [
        { label: 'truth', frames: shown.map(({ truth }) => truth) },
        { label: 'prediction', frames: shown.map(({ prediction }) => prediction) },
        { label: 'copy-last', frames: shown.map(({ copyLast }) => copyLast) },
        { label: 'its error', frames: shown.map((each) => errorFrame(each.truth, each.copyLast, fullError)) },
      ].toSpliced(2, 0, {
        label: 'its error',
        frames: shown.map((each) => errorFrame(each.truth, each.prediction, fullError)),
      }),
      {
        scale: Math.max(1, Math.round(side / truth.height)),
        columns: shown.map(({ ahead, time }) => (heads === 'ahead' ? `+${ahead}` : timeStamp(time))),
      },
    );
    return compact(strip, truth);
  };
  return {
    title,
    caption,
    image: await draw(WIDE, SIDE.wide),
    narrow: await draw(NARROW, SIDE.narrow),
    fullError,
  };
}

/** The scale of errors on which prediction and copy-last are seen at all these moments. */
export function fullErrorOfMoments(moments: readonly KnownMoment[]): number {
  return fullErrorOf(
    moments.flatMap(({ truth, prediction, copyLast }) => [
      { truth, prediction },
      { truth, prediction: copyLast },
    ]),
  );
}

/** `count` of them at even distances, with the first and the last. */
function spreadOver<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]!);
}
