import type { ClassifierEvaluation } from '../../evaluation/classifierEvaluation.js';
import type { SampleEvaluation } from '../../evaluation/sampleEvaluation.js';
import type { TaskEvaluation } from '../../evaluation/taskEvaluation.js';
import { errorInterval } from '../../library/evaluating/errorInterval.js';
import { textTable } from '../terminal/terminal.js';

/** What a run on images came to. */
export function sampleText(evaluation: SampleEvaluation): string {
  return evaluation.kind === 'task' ? taskText(evaluation) : classificationText([evaluation]);
}

/** The same for programs. */
export function sampleAnswer(evaluation: SampleEvaluation): object {
  return evaluation.kind === 'task' ? evaluation : { ...evaluation, interval: errorInterval(evaluation) };
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
  const confusions = first && all.length === 1 ? `\n\n${details(first)}` : '';
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

/** More classes than that are too many to read; the worst ones are shown. */
const MOST_CLASSES = 20;

/** How sure the error of one run is, how each class fares, and what is taken for what. */
function details(evaluation: ClassifierEvaluation): string {
  const { confusion, classes, testError, clips } = evaluation;
  const { low, high, over } = errorInterval(evaluation);
  const pairs = confusion.flatMap((row, truth) =>
    row.flatMap((count, answer) => (answer !== truth && count > 0 ? [{ truth, answer, count }] : [])),
  );
  pairs.sort((a, b) => b.count - a.count);
  const most = pairs
    .slice(0, 5)
    .map(({ truth, answer, count }) => `${classes[truth]} as ${classes[answer]} (${count})`);
  const error = `${testError.toFixed(2)} % wrong (95 %: ${low.toFixed(2)} to ${high.toFixed(2)}, over ${over})`;
  const rows = byClass(evaluation);
  const left = classes.length - rows.length;
  const note = left > 0 ? `\nThe ${rows.length} classes of ${classes.length} with most wrong.` : '';
  const things = clips ? 'clips' : 'images';
  const table = textTable(['class', `test ${things}`, 'wrong %', 'taken for it'], rows);
  return `${table}${note}\n\n${error}; most often ${most.join(', ') || 'none'}`;
}

/** A row of each class: how many there are, how many of them are wrong, and how many others are taken for it. */
function byClass({ classes, confusion }: ClassifierEvaluation): string[][] {
  const rows = classes.map((name, label) => {
    const count = confusion[label]!.reduce((sum, each) => sum + each, 0);
    const wrong = count === 0 ? Number.NaN : (100 * (count - confusion[label]![label]!)) / count;
    const others = confusion.reduce((sum, row, truth) => sum + (truth === label ? 0 : row[label]!), 0);
    return { name, count, wrong, others };
  });
  const shown =
    rows.length > MOST_CLASSES
      ? rows.toSorted((a, b) => (b.wrong || 0) - (a.wrong || 0)).slice(0, MOST_CLASSES)
      : rows;
  return shown.map(({ name, count, wrong, others }) => [
    name,
    `${count}`,
    Number.isNaN(wrong) ? '–' : wrong.toFixed(2),
    `${others}`,
  ]);
}
