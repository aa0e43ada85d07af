import { isBeforeTraining, RAW_PIXELS, type RunAnalysis } from '../../analysis/battery/runAnalysis.js';
import { drawnOver } from './drawnOver.js';

/** An analysis in sentences: what was measured and on which data, the results, and how certain they are. */
export function analysisSummary(analysis: RunAnalysis): string[] {
  const { trainClips, testClips, sources, settings } = analysis;
  const others = sources
    .filter((source) => isBeforeTraining(source) || source === RAW_PIXELS)
    .map((source) => `“${source}”`)
    .join(' and ');
  return [
    `The model watched clips of ${settings.dataset}, and its latents (${sources[0]}) were saved. Linear probes then tried to ` +
      `read from them what is known of the clips. The probes learned on ${trainClips} clips and were tested on ${testClips} others.`,
    ...regressionSentences(analysis),
    ...identificationSentences(analysis),
    ...labelSentences(analysis),
    `The baselines are ${others}: where the latents are not better than these, training did not help.`,
    `Ranges in brackets hold 95 % of bootstrap draws over ${drawnOver(analysis)}. This is one training run: ` +
      '`foreframe compare` over several seeds measures how much runs differ.',
  ];
}

function regressionSentences({ regression, sources, times }: RunAnalysis): string[] {
  const last = times.at(-1)!;
  const found = regression.filter(({ source, time }) => source === sources[0] && time === last);
  if (found.length === 0) return [];
  const parts = found.map(
    ({ variable, r2 }) => `${variable} ${percent(r2.value)} (${percent(r2.low)} to ${percent(r2.high)})`,
  );
  return [`After ${last} frames, a linear probe explains this share of the variance: ${parts.join(', ')}.`];
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
    `Of ${people} people whom it never saw in training, it recognises at new angles ${parts.join(', and ')}; ` +
      `guessing would give ${percent(1 / people)}, and ${pixels.source} give ${percent(raw.accuracy.value)} from ${raw.views}.`,
  ];
}

function labelSentences({ labels, sources, times }: RunAnalysis): string[] {
  return labels
    .filter(({ source, time }) => source === sources[0] && time === times.at(-1))
    .map(
      ({ label, accuracy: { value, low, high }, chance }) =>
        `${label} is classified correctly for ${percent(value)} (${percent(low)} to ${percent(high)}) of the test clips; ` +
        `always the most frequent class would give ${percent(chance)}.`,
    );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0).replace('-', '−')} %`;
}
