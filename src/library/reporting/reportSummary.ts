import { required } from '../../common/required.js';
import type { PipelineConfig } from '../../config/config.js';
import type { Evaluation } from '../../evaluation/evaluateRun.js';
import { formatNumber } from '../../report/parts/numbers.js';
import { clipsSentence } from './evaluationTables.js';

/** The metrics that a verdict rests on, as they are called in a sentence. */
const JUDGED = [
  { metric: 'meanSquaredError', name: 'MSE', best: 'lowest' },
  { metric: 'meanAbsoluteError', name: 'MAE', best: 'lowest' },
  { metric: 'ssim', name: 'SSIM', best: 'highest' },
] as const;
type Judged = (typeof JUDGED)[number];

/** What a run came to in two sentences, by all metrics: of next frames, and of rollouts. */
export function summarySentences(evaluation: Evaluation): string[] {
  return [nextFrameSentence(evaluation), rolloutSentence(evaluation)].filter((sentence) => sentence !== '');
}

/** How long a run has been trained in all: longer than when it was evaluated, where it went on and got no better. */
export interface TrainedFor {
  readonly steps: number;
  readonly seconds: number;
}

/** What the sentences rest on. */
export function summaryFacts(
  config: PipelineConfig,
  evaluation: Evaluation,
  { steps, seconds }: TrainedFor,
): string[] {
  const { trained, rollout, step, target } = evaluation;
  const { valuesPerFrame } = trained;
  const ahead = rollout ? `; rollouts of ${rollout.horizon} frames on ${rollout.clips}` : '';
  return [
    `Measured on ${clipsSentence(trained)}${ahead}: clips that it was not trained on. Training took ${steps} steps of ` +
      `${config.training.batch} clips in ${Math.round(seconds)} seconds; the weights are those of step ${step}, ` +
      `the best on the validation split. One run, seed ${config.seed}.`,
    ...(step === 0 && steps > 0
      ? [
          'Step 0 is before training: no later step did better on the validation split, so nothing learned is shown here.',
        ]
      : []),
    ...(target === 'current'
      ? ['It was trained to give back the last frame shown; here it is judged as a prediction of the next.']
      : []),
    `Errors are means per pixel value, frames in [0, 1]: times ${valuesPerFrame} they are squared errors per frame.`,
  ];
}

function nextFrameSentence({ trained: { model, copyLast, linear } }: Evaluation): string {
  const judged = JUDGED.filter(({ metric }) => model[metric] && copyLast[metric]);
  const both = ({ metric }: Judged) =>
    [required(model, metric).mean, required(copyLast, metric).mean] as const;
  if (judged.every((each) => Number.isNaN(both(each)[0])))
    return 'Nothing could be measured: the predictions hold values that are not numbers, so training diverged.';
  const pair = (each: Judged) => `${each.name} (${both(each).map(formatNumber).join(' against ')})`;
  const [won, tied, lost] = (['won', 'tied', 'lost'] as const).map((verdict) =>
    judged.filter((each) => verdictOf(...both(each), each.best) === verdict),
  ) as [Judged[], Judged[], Judged[]];
  const better = judged.filter(
    ({ metric, best }) =>
      linear[metric] && verdictOf(linear[metric].mean, required(model, metric).mean, best) === 'won',
  );
  const parts = [
    won.length > 0
      ? `the model predicts the next frame better than copy-last by ${list(won.map(pair))}`
      : 'the model does not predict the next frame better than copy-last',
    ...(tied.length > 0 ? [`it equals copy-last by ${list(tied.map(pair))}`] : []),
    ...(lost.length > 0 ? [`copy-last is better by ${list(lost.map(pair))}`] : []),
    ...(better.length > 0
      ? [
          `linear extrapolation is better than the model by ` +
            list(
              better.map(({ metric, name }) => `${name} (${formatNumber(required(linear, metric).mean)})`),
            ),
        ]
      : []),
  ];
  return `From true frames, ${parts.join('; ')}.`;
}

function rolloutSentence({ rollout }: Evaluation): string {
  if (!rollout) return '';
  const { model, copyLast, horizon } = rollout;
  const counts = JUDGED.filter(({ metric }) => model[metric] && copyLast[metric]).map(
    ({ metric, name, best }) => {
      // Up to the first frame that is not better: one that is better again by chance does not count.
      const truth = required(copyLast, metric).byStep;
      const worse = required(model, metric).byStep.findIndex(
        (value, i) => verdictOf(value, truth[i]!, best) !== 'won',
      );
      return { name, frames: worse < 0 ? horizon : worse };
    },
  );
  if (counts.every(({ frames }) => frames === 0))
    return `Fed its own predictions, it is not better than copy-last even one frame ahead, by ${list(counts.map(({ name }) => name))}.`;
  const parts = counts.map(({ name, frames }) => `${frames} by ${name}`);
  return `Fed its own predictions, it stays better than copy-last for ${list(parts)} of ${horizon} frames ahead.`;
}

/** Of a value beside another; what reads the same is a tie, and what is no number has lost. */
function verdictOf(value: number, other: number, best: Judged['best']): 'won' | 'tied' | 'lost' {
  if (Number.isNaN(value)) return 'lost';
  if (value.toPrecision(3) === other.toPrecision(3)) return 'tied';
  return value < other === (best === 'lowest') ? 'won' : 'lost';
}

/** `a, b and c` */
function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
