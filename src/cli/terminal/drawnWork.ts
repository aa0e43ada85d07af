import type { Watching, WorkProgress } from '../../library/watching.js';
import { type Progress, startProgress } from './terminal.js';

/** Do work that says how far it is: a bar for one task after another, notes above it. */
export async function drawnWork<T>(
  work: (watching: Required<Omit<Watching, 'signal'>>) => Promise<T>,
): Promise<T> {
  let drawn: { readonly task: string; readonly bar: Progress } | undefined;
  const onProgress = ({ task, done, total, text, secondsLeft }: WorkProgress) => {
    if (drawn?.task !== task) {
      drawn?.bar.stop();
      drawn = { task, bar: startProgress(task, total) };
    }
    drawn.bar.update(done, text, secondsLeft);
  };
  const onNote = (note: string) => (drawn ? drawn.bar.line(note) : console.error(note));
  try {
    return await work({ onProgress, onNote });
  } finally {
    drawn?.bar.stop();
  }
}
