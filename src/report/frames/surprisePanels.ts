import type { CellGrid } from '../../surprise/index.js';
import type { Frame } from '../../video/frame.js';
import { colourMap } from '../parts/colourMap.js';
import { type PanelOptions, panelGrid } from './panels.js';
import { timeStamp } from './predictionPanels.js';

/** A frame, what was expected of it, and how surprising it is: as a whole, and in place. */
export interface SurpriseMoment {
  readonly truth: Frame;
  /** Missing for the first frame of a video. */
  readonly surprise?: {
    readonly prediction: Frame;
    readonly score: number;
    /** Scores by place, `[rows, columns]` of `grid`. */
    readonly places: ArrayLike<number>;
    readonly grid: CellGrid;
  };
  /** It belongs to an event. */
  readonly unusual: boolean;
}

/** Scores from which the map has its brightest colour: twice the usual threshold. */
const FULL_SCORE = 12;

/** Truth, prediction and the map of surprise side by side. */
export function surprisePanels({ truth, surprise, unusual }: SurpriseMoment, options?: PanelOptions) {
  const time = { caption: timeStamp(truth.time), frame: truth };
  if (!surprise) {
    const words = { lines: ['nothing is', 'expected of', 'the first', 'frame'], nothing: true };
    return panelGrid([[time, { caption: 'prediction', words }, { caption: 'surprise', words }]], options);
  }
  const { prediction, score } = surprise;
  const caption = `${unusual ? 'UNUSUAL' : 'surprise'} ${score.toFixed(1)}`;
  return panelGrid(
    [
      [
        time,
        { caption: 'prediction', frame: prediction },
        { caption, frame: placesFrame(truth, surprise.places, surprise.grid) },
      ],
    ],
    options,
  );
}

/** Scores by place as colours from black (usual, or less) to pale yellow, on the frame in dark grey. */
export function placesFrame(truth: Frame, places: ArrayLike<number>, { side, columns }: CellGrid): Frame {
  const { width, height, channels } = truth;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const score = places[Math.floor(y / side) * columns + Math.floor(x / side)]!;
      const colour = 3 * Math.min(255, Math.max(0, Math.round((255 * score) / FULL_SCORE)));
      const at = y * width + x;
      const shade = Math.round(0.25 * truth.data[at * channels + (channels === 3 ? 1 : 0)]!);
      for (let c = 0; c < 3; c++) data[3 * at + c] = Math.max(shade, colourMap[colour + c]!);
    }
  return { ...truth, channels: 3, data };
}
