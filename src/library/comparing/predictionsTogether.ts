import { basename } from 'node:path';
import type { ComparedMoments } from '../../report/frames/comparedPanels.js';
import { comparedAnimation, comparedStrip } from '../../report/frames/comparedPanels.js';
import { timeStamp } from '../../report/frames/predictionPanels.js';
import type { KnownMoment } from '../../report/frames/strips.js';
import type { ReportImage } from '../../report/parts/reportData.js';
import type { WatchedClip } from '../reporting/watchedClips.js';

/** Runs whose predictions are side by side: more would be too small to see. */
export const MOST_SHOWN = 5;
/** True frames before a rollout that the animation shows. */
const MOST_BEFORE = 6;

/** A run, or a setting, with the clips that it watched. */
export interface WatchingRun {
  readonly name: string;
  readonly watched?: readonly WatchedClip[];
}

/** Predictions of the clips that the first run was shown, moving and as filmstrips, by all runs that were shown the same frames. */
export async function predictionsTogether(
  runs: readonly WatchingRun[],
): Promise<{ moving?: ReportImage; strips: ReportImage[]; notes: string[] }> {
  const clips = runs[0]?.watched ?? [];
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
