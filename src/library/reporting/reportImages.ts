import { basename } from 'node:path';
import { animation } from '../../report/frames/animation.js';
import { keepsAll } from '../../report/frames/compact.js';
import { predictionPanels, timeStamp } from '../../report/frames/predictionPanels.js';
import { fullErrorOfMoments, type KnownMoment, predictionStrip } from '../../report/frames/strips.js';
import type { ReportImage } from '../../report/parts/reportData.js';
import type { WatchedClip } from './watchedClips.js';

/** Pixels of the smallest side of a frame in the animation: three side by side and their words are read on a phone. */
const SIDE = 152;
/** Milliseconds that a moment is shown, and the last one. */
const DELAY = 180;
const REST = 1600;
/** True frames before the rollout that the animation shows; and all moments of it: each adds to the page's size. */
const MOST_SHOWN = 12;
const MOST_MOMENTS = 40;

/** What the model expects of a test clip, moving: next frames from true ones, then frames from its own. */
export async function movingPrediction(clip: WatchedClip): Promise<ReportImage> {
  const watching = clip.forced.slice(0, clip.context - 1).slice(-MOST_SHOWN);
  const moments = [...watching, ...clip.rollout].slice(0, MOST_MOMENTS);
  const full = fullErrorOfMoments(moments);
  const frames = await Promise.all(moments.map((moment) => predictionPanels(moment, full, { side: SIDE })));
  const lossless = keepsAll(moments[0]!.truth);
  const rollout = moments.length - watching.length;
  return {
    title: 'What it expects to see',
    caption:
      `${placeOf(clip)}, slowed down. ${watching.length > 0 ? `${watching.length + 1} true frames, each predicted from those before; then ` : ''}` +
      `${rollout} frames for which the model sees only its own predictions. Copy-last is the last true frame.`,
    image: await animation(frames, { delay: DELAY, rest: REST, lossless }),
  };
}

/** Filmstrips of next frames. */
export function nextFrameStrips(clips: readonly WatchedClip[]): Promise<ReportImage[]> {
  return strips(
    clips,
    'Next frame',
    'time',
    ({ forced }) => forced,
    () => 'Every prediction is made from the true frames before it.',
  );
}

/** Filmstrips of rollouts. */
export function rolloutStrips(clips: readonly WatchedClip[]): Promise<ReportImage[]> {
  return strips(
    clips,
    'Rollout',
    'ahead',
    ({ rollout }) => rollout,
    ({ context }) =>
      `After ${context} true frames the model sees only its own predictions; +5 is the fifth of them.`,
  );
}

function strips(
  clips: readonly WatchedClip[],
  title: string,
  heads: 'ahead' | 'time',
  momentsOf: (clip: WatchedClip) => readonly KnownMoment[],
  captionOf: (clip: WatchedClip) => string,
): Promise<ReportImage[]> {
  return Promise.all(
    clips.map((clip, index) =>
      predictionStrip(
        `${title}, example ${index + 1} of ${clips.length}`,
        `${placeOf(clip)}. ${captionOf(clip)} Not chosen: the first clips of the test split.`,
        momentsOf(clip),
        heads,
      ),
    ),
  );
}

function placeOf({ source, start }: WatchedClip): string {
  return `${basename(source)} from ${timeStamp(start)}`;
}
