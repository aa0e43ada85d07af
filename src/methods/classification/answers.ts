import { required } from '../../common/required.js';
import { type ClassifiedImages, gather } from '../../samples/sampleData.js';
import { inputShape } from '../../tensorflow/spec/inputShape.js';
import type { Runner } from '../method.js';

/** The two networks of a classifier: what is trained, and its moving average. */
export const NETWORKS = ['student', 'teacher'] as const;
export type Network = (typeof NETWORKS)[number];

/** How one network did on a set of images. */
export interface Answers {
  /** Wrong answers, in percent. */
  readonly error: number;
  /** Images by true class (row) and answer (column). */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Answers of both networks to every image of a set.
 * @param onWrong hears the place of each image that a network answered wrongly
 */
export async function answersOf(
  runner: Runner,
  set: ClassifiedImages,
  classes: number,
  onWrong?: (network: Network, place: number) => void,
): Promise<Record<Network, Answers>> {
  const [batch] = inputShape(runner.inputs, 'evaluate', 'images');
  const confusion = { student: square(classes), teacher: square(classes) };
  for (let start = 0; start < set.count; start += batch) {
    // A last batch that is not full repeats its last image, which is not counted.
    const places = Array.from({ length: batch }, (_, i) => Math.min(start + i, set.count - 1));
    const outputs = await runner.run('evaluate', { images: gather(set, places) });
    const [student, teacher] = [required(outputs, 'logits').data, required(outputs, 'teacherLogits').data];
    const present = Math.min(batch, set.count - start);
    for (let at = 0; at < present; at++) {
      const truth = set.labels[start + at]!;
      for (const network of NETWORKS) {
        const data = network === 'student' ? student : teacher;
        const answer = likeliest(data, at, classes);
        confusion[network][truth]![answer]! += 1;
        if (answer !== truth) onWrong?.(network, start + at);
      }
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
