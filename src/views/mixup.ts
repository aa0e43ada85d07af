import { Random } from '../common/random.js';

/** Which other sample each one is mixed with, and how much of itself it keeps. */
export interface Mixes {
  /** A permutation: sample i is mixed with sample `partner[i]`. */
  readonly partner: Int32Array;
  /** λ of each sample: λ · own + (1 − λ) · partner's. */
  readonly weight: Float32Array;
}

/**
 * Draws mixup's weights from Beta(α, α) (Zhang et al. 2017, arXiv 1710.09412), one for each sample.
 * @param ownFirst λ' = max(λ, 1 − λ), as MixMatch (arXiv 1905.02249): each sample stays nearer to itself
 */
export function drawMixes(count: number, alpha: number, random: Random, { ownFirst = false } = {}): Mixes {
  const partner = Int32Array.from({ length: count }, (_, i) => i);
  const weight = new Float32Array(count);
  for (let sample = 0; sample < count; sample++) {
    // Rejection takes as many numbers as it needs, in a stream of its own: one number of `random` for each sample.
    const own = new Random(random.uint32());
    const [a, b] = [logGamma(alpha, own), logGamma(alpha, own)];
    const drawn = 1 / (1 + Math.exp(b - a));
    weight[sample] = ownFirst ? Math.max(drawn, 1 - drawn) : drawn;
  }
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [partner[last], partner[other]] = [partner[other]!, partner[last]!];
  }
  return { partner, weight };
}

/** The logarithm of a draw from Gamma(shape, 1) (Marsaglia & Tsang 2000): where shape is small, the draw itself would be 0. */
function logGamma(shape: number, random: Random): number {
  if (shape < 1) return logGamma(shape + 1, random) + Math.log(1 - random.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v)))
      return Math.log(d * v);
  }
}
