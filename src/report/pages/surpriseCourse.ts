import type { SurpriseEvent, TimelineBin } from '../../surprise/index.js';

export interface Course {
  readonly bins: readonly TimelineBin[];
  readonly frames: number;
  readonly events: readonly SurpriseEvent[];
  readonly threshold: number;
}

const [WIDTH, HEIGHT] = [1000, 160];
/** Scores above so many thresholds are cut: one cut of a scene should not flatten all else. */
const MOST = 4;

/** The course of scores as a drawing that is stretched to its place: lines keep their width. */
export function courseSvg({ bins, frames, events, threshold }: Course): string {
  const span = Math.max(1, frames - 1);
  const highest = Math.max(2 * threshold, ...bins.map(({ score }) => score));
  const top = Math.min(MOST * threshold, highest);
  const bottom = -threshold;
  const x = (frame: number) => ((WIDTH * frame) / span).toFixed(1);
  const y = (score: number) => {
    const shown = Math.min(top, Math.max(bottom, score));
    return (HEIGHT - (HEIGHT * (shown - bottom)) / (top - bottom)).toFixed(1);
  };
  const high = bins.map(({ frame, score }) => `${x(frame)},${y(score)}`);
  const low = bins.map(({ frame, lowest }) => `${x(frame)},${y(lowest)}`).reverse();
  const bands = events.map(({ start, end, number }) => {
    const left = (WIDTH * start.frame) / span;
    const wide = Math.max(3, (WIDTH * (end.frame - start.frame)) / span);
    return `<rect class="event" data-event="${number}" x="${left.toFixed(1)}" y="0" width="${wide.toFixed(1)}" height="${HEIGHT}"/>`;
  });
  const level = (score: number, name: string) =>
    `<line class="${name}" x1="0" x2="${WIDTH}" y1="${y(score)}" y2="${y(score)}"/>`;
  const lines = [level(0, 'usual'), level(threshold, 'threshold')];
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Score by time">` +
    `${bands.join('')}${lines.join('')}<polygon class="scores" points="${[...high, ...low].join(' ')}"/></svg>`
  );
}
