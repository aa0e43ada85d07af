import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/evaluation/evaluateRun.js';
import type { Metrics } from '../../src/evaluation/metrics.js';
import { summarySentences } from '../../src/library/reporting/reportSummary.js';

/** [MSE, MAE, SSIM] of next frames, or a list of each by frames ahead. */
type Numbers = readonly (number | readonly number[] | undefined)[];

function metrics([mse, mae, ssim]: Numbers): Metrics {
  const statistic = (value: number | readonly number[]) => {
    const byStep = typeof value === 'number' ? [value] : value;
    return { mean: byStep[0]!, byStep };
  };
  return {
    squaredError: statistic(900),
    meanSquaredError: statistic(mse!),
    meanAbsoluteError: statistic(mae!),
    psnr: statistic(20),
    ...(ssim !== undefined && { ssim: statistic(ssim) }),
    sharpness: statistic(10),
  };
}

function evaluation(
  next: { model: Numbers; copyLast: Numbers; linear?: Numbers },
  ahead?: { model: Numbers; copyLast: Numbers },
): Evaluation {
  const trained = {
    model: metrics(next.model),
    copyLast: metrics(next.copyLast),
    linear: metrics(next.linear ?? [9, 9, 0]),
  };
  const rollout = ahead && {
    model: metrics(ahead.model),
    copyLast: metrics(ahead.copyLast),
    horizon: (ahead.model[0] as number[]).length,
  };
  return { trained, rollout } as unknown as Evaluation;
}

describe('what a run came to, in two sentences', () => {
  it('names every metric with both numbers', () => {
    const [next] = summarySentences(
      evaluation({ model: [0.00388, 0.0203, 0.897], copyLast: [0.0131, 0.0345, 0.828] }),
    );
    expect(next).toBe(
      'From true frames, the model predicts the next frame better than copy-last by MSE (0.00388 against 0.0131), ' +
        'MAE (0.0203 against 0.0345) and SSIM (0.897 against 0.828).',
    );
  });

  it('says it where copy-last wins one, and where linear extrapolation does', () => {
    const [next] = summarySentences(
      evaluation({ model: [0.01, 0.05, 0.8], copyLast: [0.02, 0.04, 0.8001], linear: [0.03, 0.06, 0.85] }),
    );
    expect(next).toBe(
      'From true frames, the model predicts the next frame better than copy-last by MSE (0.0100 against 0.0200); ' +
        'it equals copy-last by SSIM (0.800 against 0.800); copy-last is better by MAE (0.0500 against 0.0400); ' +
        'linear extrapolation is better than the model by SSIM (0.850).',
    );
  });

  it('claims nothing for a model that wins nothing', () => {
    const worse = { model: [0.02, 0.05, undefined], copyLast: [0.01, 0.05, undefined] };
    expect(summarySentences(evaluation(worse))[0]).toBe(
      'From true frames, the model does not predict the next frame better than copy-last; it equals copy-last by MAE ' +
        '(0.0500 against 0.0500); copy-last is better by MSE (0.0200 against 0.0100).',
    );
    const lost = { model: [Number.NaN, Number.NaN, Number.NaN], copyLast: [0.01, 0.05, 0.9] };
    expect(summarySentences(evaluation(lost))[0]).toMatch(/Nothing could be measured/);
    const half = { model: [Number.NaN, 0.04, 0.9], copyLast: [0.01, 0.05, 0.8] };
    expect(summarySentences(evaluation(half))[0]).toMatch(
      /copy-last is better by MSE \(NaN against 0\.0100\)/,
    );
  });

  it('counts frames ahead by each metric, up to the first that is not better', () => {
    const next = { model: [1, 1, 0], copyLast: [1, 1, 0] };
    const rollout = {
      model: [
        [1, 2, 3, 4],
        [1, 2, 9, 1],
        [0.9, 0.5, 0.4, 0.3],
      ],
      copyLast: [
        [5, 5, 5, 5],
        [5, 5, 5, 5],
        [0.8, 0.6, 0.3, 0.2],
      ],
    };
    expect(summarySentences(evaluation(next, rollout))[1]).toBe(
      'Fed its own predictions, it stays better than copy-last for 4 by MSE, 2 by MAE and 1 by SSIM of 4 frames ahead.',
    );
    const reversed = { model: rollout.copyLast, copyLast: rollout.model };
    expect(summarySentences(evaluation(next, { ...reversed, model: [[9], [9], [0.1]] }))[1]).toBe(
      'Fed its own predictions, it is not better than copy-last even one frame ahead, by MSE, MAE and SSIM.',
    );
    expect(summarySentences(evaluation(next))).toHaveLength(1);
  });
});
