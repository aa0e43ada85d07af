import { timeStamp } from '../../report/frames/predictionPanels.js';
import { EVENT_WORDS, type SurpriseEvent } from '../../surprise/index.js';
import type { SpeedSummary } from './latency.js';
import { imageName } from './videoOutput.js';

/** An event that begins, or that is over, in one line. @param name of the video @param live it is now */
export function eventText(
  kind: 'began' | 'ended',
  event: SurpriseEvent,
  name: string,
  live: boolean,
): string {
  const { number, of, start, end, peak, score, error, usual, place } = event;
  const clock = live ? `${new Date().toISOString()} ` : '';
  if (kind === 'began')
    return (
      `${clock}${name} ${timeStamp(start.time)}: ${EVENT_WORDS[of]}, event ${number} begins ` +
      `(score ${score.toFixed(1)}, error ${error.toPrecision(3)}, usual ${usual.toPrecision(3)}, at ${place.x},${place.y})`
    );
  return (
    `${clock}${name} ${timeStamp(start.time)} to ${timeStamp(end.time)}: event ${number} is over ` +
    `(peak ${timeStamp(peak.time)}, score ${score.toFixed(1)}; ${imageName(event)})`
  );
}

/** @param live frames of a file all wait for each other: there is only their speed to speak of */
export function speedText(summary: SpeedSummary, live: boolean): string {
  const { frames, framesPerSecond, waited } = summary;
  const speed = `${framesPerSecond.toFixed(1)} frames/s`;
  if (!live) return speed;
  return `${speed}; from the coming of a frame to its answer ${latencyText(summary)}; ${waited} of ${frames} frames waited`;
}

/** Half of the frames, 95 of 100, and all. */
export function latencyText({ median, most95, longest }: SpeedSummary): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return `${ms(median)}, 95 % within ${ms(most95)}, longest ${ms(longest)}`;
}
