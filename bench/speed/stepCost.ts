/** Of a PGN of two convolutions of 32 filters, trained in batches of 16 clips of 10 steps. */
interface StepSizes {
  readonly size: number;
  readonly lstm: number;
}

/** Of a batch. */
export const FRAMES = 160;
const FILTERS = 32;

/** Weights of the matrix products, which is also how many multiply–adds they take for one frame. */
function denseSize({ size, lstm }: StepSizes) {
  const features = Math.floor(size / 4) ** 2 * FILTERS;
  return features * 4 * lstm + lstm * 4 * lstm + lstm * features;
}

/** Multiply–adds × 2 of a step: forward once, backward twice (but no gradient into the first layer's input). */
export function stepFlops({ size, lstm }: StepSizes): number {
  const first = size ** 2 * 9 * FILTERS;
  const convolutions = (size / 2) ** 2 * 9 * FILTERS * FILTERS * 2 + size ** 2 * 9 * FILTERS;
  return 2 * FRAMES * (2 * first + 3 * (convolutions + denseSize({ size, lstm })));
}

/**
 * Bytes that a step cannot do without where weights do not fit into caches: each weight read forward and backward, its gradient
 * written and read, itself and its mean square read and written.
 */
export function stepBytes(sizes: StepSizes): number {
  return 8 * 4 * denseSize(sizes);
}
