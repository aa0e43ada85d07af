import type { Frame } from '../../video/frame.js';
import { formatNumber } from '../parts/numbers.js';
import { errorFrame } from './errorMap.js';
import { type PanelOptions, panelGrid } from './panels.js';

/** One moment of a video, and the predictions of it. */
export interface Moment {
  /** Seconds from the beginning of the video. */
  readonly time: number;
  /** How many frames before this one the model was last shown a real frame: 1 for a next frame. */
  readonly ahead: number;
  readonly prediction: Frame;
  /** The prediction of copy-last: the last real frame shown. */
  readonly copyLast: Frame;
  /** Undefined past the end of the video. */
  readonly truth?: Frame;
}

/**
 * Truth, prediction and copy-last above the time and both errors, with their scale: one frame of a video or of an animation.
 * Where there is no truth, its place and those of the errors are striped and say so.
 * @param full share of the pixel range whose error gets the brightest colour
 */
export function predictionPanels(moment: Moment, full: number, options: PanelOptions = {}): Promise<Frame> {
  const { time, ahead, prediction, copyLast, truth } = moment;
  const own = ahead > 1 ? `, +${ahead}` : '';
  const predicted = { caption: `prediction${own}`, frame: prediction };
  const copied = { caption: `copy-last${own}`, frame: copyLast };
  const stamp = timeStamp(time);
  if (!truth) {
    const nothing = (lines: readonly string[]) => ({ lines, nothing: true });
    return panelGrid(
      [
        [{ caption: 'truth', words: nothing(['no truth:', 'the video', 'has ended']) }, predicted, copied],
        [
          { caption: stamp, words: { lines: [`+${ahead}`, 'past the end'] } },
          { caption: 'its error', words: nothing(['not known']) },
          { caption: 'its error', words: nothing(['not known']) },
        ],
      ],
      options,
    );
  }
  const lines = [
    ahead > 1 ? 'from own frames' : 'from true frames',
    'MSE per pixel:',
    `model ${errorText(prediction, truth)}`,
    `copy-last ${errorText(copyLast, truth)}`,
  ];
  return panelGrid(
    [
      [{ caption: 'truth', frame: truth }, predicted, copied],
      [
        { caption: stamp, words: { lines, fullError: full } },
        { caption: 'its error', frame: errorFrame(truth, prediction, full) },
        { caption: 'its error', frame: errorFrame(truth, copyLast, full) },
      ],
    ],
    options,
  );
}

/** Mean squared difference per pixel value, of frames in [0, 1]. */
export function meanSquaredError(guess: Frame, truth: Frame): number {
  let sum = 0;
  for (let i = 0; i < truth.data.length; i++) sum += ((guess.data[i]! - truth.data[i]!) / 255) ** 2;
  return sum / truth.data.length;
}

/** `12.48 s`, `1:02.48` from a minute on. */
export function timeStamp(seconds: number): string {
  const hundredths = Math.round(100 * Math.max(0, seconds));
  const minutes = Math.floor(hundredths / 6000);
  const rest = ((hundredths % 6000) / 100).toFixed(2);
  return minutes > 0 ? `${minutes}:${rest.padStart(5, '0')}` : `${rest} s`;
}

function errorText(guess: Frame, truth: Frame): string {
  return formatNumber(meanSquaredError(guess, truth));
}
