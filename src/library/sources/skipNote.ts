import type { SkipReport } from '../../video/index.js';

/** A damaged stretch of video that was left out, as a note. */
export function skipNote({ source, count, message }: SkipReport): string {
  const lost = count > 0 ? `${count} frame(s) could not be decoded and were skipped` : 'it is damaged';
  return `warning: ${source}: ${lost} (${message})`;
}

/** Hears skipped stretches and passes them on as notes. */
export function skipsTo(onNote: ((note: string) => void) | undefined): (report: SkipReport) => void {
  return (report) => onNote?.(skipNote(report));
}
