import type { Frame } from '../../video/frame.js';
import { type Moment, predictionPanels } from './predictionPanels.js';
import { fullErrorOfMoments, isKnown } from './strips.js';

/** The errors of so many first moments choose the scale of the whole video. They are held in memory until then. */
const HELD = 24;

/** The frames of a prediction video, drawn as they come, on one scale of errors. @param onFrame called after each */
export async function* predictionVideo(
  moments: AsyncIterable<Moment>,
  onFrame: () => void = () => {},
): AsyncGenerator<Frame> {
  let held: Moment[] = [];
  let full: number | undefined;
  for await (const moment of moments) {
    held.push(moment);
    if (full === undefined && held.length < HELD) continue;
    full ??= fullErrorOfMoments(held.filter(isKnown));
    for (const each of held) {
      yield await predictionPanels(each, full);
      onFrame();
    }
    held = [];
  }
  full ??= fullErrorOfMoments(held.filter(isKnown));
  for (const each of held) {
    yield await predictionPanels(each, full);
    onFrame();
  }
}
