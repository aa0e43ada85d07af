import { isBeforeTraining, RAW_PIXELS, type RunAnalysis } from '../analysis/protocols/runAnalysis.js';

/** An analysis in plain words: what was measured, on what, what came out, and how sure it is. */
export function analysisSummary(analysis: RunAnalysis): string[] {
  const { trainClips, testClips, sources, settings } = analysis;
  const others = sources.filter((source) => isBeforeTraining(source) || source === RAW_PIXELS).join(' and ');
  return [
    `The model watched clips of ${settings.dataset}, and its memory (${sources[0]}) was written down. ` +
      `Linear probes then tried to read from it what generated the frames. They learned on ${trainClips} clips and were ` +
      `tested on ${testClips} others.`,
    ...regressionSentences(analysis),
    ...identificationSentences(analysis),
    ...labelSentences(analysis),
    `Beside it stand as baselines ${others}: what the memory does not do better than these was not learned by training.`,
    'Ranges in brackets hold 95 % of bootstrap draws over test clips or people. This is one training run: how much another ' +
      'seed would differ they cannot say; `foreframe compare` over several seeds does.',
  ];
}

function regressionSentences({ regression, sources, times }: RunAnalysis): string[] {
  const last = times.at(-1)!;
  const found = regression.filter(({ source, time }) => source === sources[0] && time === last);
  if (found.length === 0) return [];
  const parts = found.map(
    ({ variable, r2 }) => `${variable} ${percent(r2.value)} (${percent(r2.low)} to ${percent(r2.high)})`,
  );
  return [`After ${last} frames a straight-line reading explains of the variance of ${parts.join(', of ')}.`];
}

function identificationSentences({ identification, sources }: RunAnalysis): string[] {
  const own = identification.find(({ source }) => source === sources[0]);
  if (!own) return [];
  const { scores, people } = own;
  const some = [scores[0]!, scores[Math.floor(scores.length / 2)]!];
  const parts = some.map(
    ({ views, accuracy: { value, low, high } }) =>
      `${percent(value)} (${percent(low)} to ${percent(high)}) from ${views} known ${views === 1 ? 'angle' : 'angles'}`,
  );
  const pixels = identification.at(-1)!;
  const raw = pixels.scores[Math.floor(pixels.scores.length / 2)]!;
  return [
    `Of ${people} people whom it never saw in training it tells, at new angles, ${parts.join(', and ')}; ` +
      `guessing would give ${percent(1 / people)}, and ${pixels.source} give ${percent(raw.accuracy.value)} from ${raw.views}.`,
  ];
}

function labelSentences({ labels, sources, times }: RunAnalysis): string[] {
  return labels
    .filter(({ source, time }) => source === sources[0] && time === times.at(-1))
    .map(
      ({ label, accuracy: { value, low, high }, chance }) =>
        `${label} is told right for ${percent(value)} (${percent(low)} to ${percent(high)}) of the test clips; ` +
        `always the most frequent class would give ${percent(chance)}.`,
    );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0).replace('-', '−')} %`;
}
