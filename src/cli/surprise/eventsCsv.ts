import type { SurpriseEvent } from '../../surprise/index.js';

export const EVENT_COLUMNS =
  'number,of,start,end,peak,start_frame,end_frame,peak_frame,score,error,usual,x,y,width,height,seen_at,image';

/** One event as a row: times in seconds, places in pixels of the frames that the network sees. */
export function eventRow(event: SurpriseEvent, { seenAt, image }: { seenAt: string; image: string }): string {
  const { number, of, start, end, peak, score, error, usual, place } = event;
  const seconds = [start, end, peak].map(({ time }) => time.toFixed(3));
  const frames = [start, end, peak].map(({ frame }) => frame);
  const scores = [score.toFixed(2), error.toPrecision(5), usual.toPrecision(5)];
  const { x, y, width, height } = place;
  return [number, of, ...seconds, ...frames, ...scores, x, y, width, height, seenAt, image].join(',');
}
