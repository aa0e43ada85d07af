import { type ClassifiedImages, gather } from './classifierData.js';
import type { Engine } from './engine.js';

/** The two networks of a classifier: what is trained, and its moving average. */
export const NETWORKS = ['student', 'teacher'] as const;
export type Network = (typeof NETWORKS)[number];

/** How one network did on a set of pictures. */
export interface Answers {
  /** Wrong answers, in percent. */
  readonly error: number;
  /** Pictures by true class (row) and answer (column). */
  readonly confusion: readonly (readonly number[])[];
}

/** Answers of both networks to every picture of a set. */
export async function answersOf(
  engine: Engine,
  set: ClassifiedImages,
  classes: number,
): Promise<Record<Network, Answers>> {
  const [batch] = engine.inputs.evaluate!.images!.shape as [number];
  const confusion = { student: square(classes), teacher: square(classes) };
  for (let start = 0; start < set.count; start += batch) {
    // A last batch that is not full repeats its last picture, which is not counted.
    const places = Array.from({ length: batch }, (_, i) => Math.min(start + i, set.count - 1));
    const { logits, teacherLogits } = await engine.run('evaluate', { images: gather(set, places) });
    const present = Math.min(batch, set.count - start);
    for (let at = 0; at < present; at++) {
      const truth = set.labels[start + at]!;
      confusion.student[truth]![likeliest(logits!.data, at, classes)]! += 1;
      confusion.teacher[truth]![likeliest(teacherLogits!.data, at, classes)]! += 1;
    }
  }
  return { student: answers(confusion.student), teacher: answers(confusion.teacher) };
}

function answers(confusion: number[][]): Answers {
  const all = confusion.flat().reduce((a, b) => a + b, 0);
  const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  return { error: (100 * (all - right)) / all, confusion };
}

function square(side: number): number[][] {
  return Array.from({ length: side }, () => new Array<number>(side).fill(0));
}

function likeliest(logits: ArrayLike<number>, at: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (logits[at * classes + c]! > logits[at * classes + best]!) best = c;
  return best;
}
