/** Share of the unsupervised losses that counts at a step, from 0: the ramp of Laine & Aila (arXiv 1610.02242). */
export function rampFactor(step: number, ramp: number): number {
  return step >= ramp ? 1 : Math.exp(-5 * (1 - step / ramp) ** 2);
}
