import { expect, it } from 'vitest';
import type { TrainingState } from '../../src/live/training/trainingState.js';
import { leftText, trendText } from '../../src/live/trainingPage/words.js';

/** A training that validated three times. */
function stateOf(values: readonly number[], more: Partial<TrainingState> = {}): TrainingState {
  const steps = values.map((_, at) => 10 * at);
  const error = Math.min(...values);
  return {
    ...{ run: 'runs/a', name: 'a', method: 'next-frame', model: 'pgn', predicts: true },
    ...{ phase: 'training', step: 20, seconds: 75, validates: 'every 10 steps', resume: '', samples: [] },
    best: { error, step: steps[values.indexOf(error)]! },
    latest: { validation: values.at(-1)!, validationCopyLast: 4 },
    curves: { validation: { steps, values } },
    ...more,
  };
}

it('says whether it gets better, beside copy-last', () => {
  expect(trendText(stateOf([4, 3, 2]))).toBe(
    "Getting better: the last validation was the best so far, 2, 0.5 of copy-last's error.",
  );
  expect(trendText(stateOf([4, 3, 2], { phase: 'finished' }))).toMatch(/^The last validation was the best/);
  // A network that adds to the last frame begins as copy-last.
  expect(trendText(stateOf([4, 9, 5]))).toBe(
    'The best validation was 4 at step 0, as good as copy-last; the last 2 validations were not better (now 5).',
  );
});

it('says how long it takes yet, or took', () => {
  expect(leftText(stateOf([4], { secondsLeft: 60 }))).toMatch(/^1 min 0 s left, until about/);
  expect(leftText(stateOf([4]))).toBe('1 min 15 s so far');
  expect(leftText(stateOf([4], { phase: 'stopped' }))).toBe('It took 1 min 15 s');
});
