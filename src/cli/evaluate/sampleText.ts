import type { ClassifierEvaluation } from '../../evaluation/classifierEvaluation.js';
import type { SampleEvaluation } from '../../evaluation/sampleEvaluation.js';
import type { TaskEvaluation } from '../../evaluation/taskEvaluation.js';
import { textTable } from '../terminal/terminal.js';

/** What a run on images came to. */
export function sampleText(evaluation: SampleEvaluation): string {
  return evaluation.kind === 'task' ? taskText(evaluation) : classificationText([evaluation]);
}

function taskText({ name, dataset, method, samples, best, last }: TaskEvaluation): string {
  const row = (which: string, { step, minutes, validation, test }: TaskEvaluation['best']) => [
    name,
    dataset,
    method.name,
    which,
    `${step}`,
    minutes.toFixed(1),
    validation.toFixed(2),
    test.toFixed(2),
  ];
  const columns = ['run', 'data', 'method', 'weights', 'step', 'minutes', 'validation', 'test'];
  const table = textTable(columns, [row('best', best), row('last', last)]);
  return `${table}\n\nWrong answers to the method's own task, in percent. What the layers are good for: foreframe extract, then foreframe probe.${partText(samples)}`;
}

/** Test errors of runs side by side, and whom a single one takes for whom. */
export function classificationText(all: readonly ClassifierEvaluation[]): string {
  const [first] = all;
  const notes =
    'Test error in percent: of the weights that were best on the validation part, whose labels are generous beside a small ' +
    'budget, and of the last weights.';
  const confusions = first && all.length === 1 ? `\n\n${mistakes(first)}` : '';
  return `${errorsTable(all)}\n\n${notes}${partText(first?.samples)}${confusions}`;
}

/** What was measured, where that was not all. */
function partText(samples: number | undefined): string {
  return samples === undefined ? '' : ` Measured on the first ${samples} of each split alone.`;
}

function errorsTable(all: readonly ClassifierEvaluation[]): string {
  const columns = ['run', 'data', 'method', 'minutes', 'best', 'last', 'student best', 'student last'];
  const percent = (value: number) => value.toFixed(2);
  return textTable(
    columns,
    all.map(({ name, dataset, labels, draw, method, last, best, network }) => [
      name,
      `${dataset}/${labels}/${draw}`,
      method.name,
      last.minutes.toFixed(1),
      percent(best.test[network]),
      percent(last.test[network]),
      percent(best.test.student),
      percent(last.test.student),
    ]),
  );
}

/** The most frequent mistakes of one run, in a line. */
function mistakes({ confusion, classes, testError }: ClassifierEvaluation): string {
  const pairs = confusion.flatMap((row, truth) =>
    row.flatMap((count, answer) => (answer !== truth && count > 0 ? [{ truth, answer, count }] : [])),
  );
  pairs.sort((a, b) => b.count - a.count);
  const most = pairs
    .slice(0, 5)
    .map(({ truth, answer, count }) => `${classes[truth]} as ${classes[answer]} (${count})`);
  return `${testError.toFixed(2)} % wrong; most often ${most.join(', ') || 'none'}`;
}
