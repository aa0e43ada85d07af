import { ForeframeError } from '../../common/errors.js';
import { fixed, sampleBytes, shapeText, type View } from '../view.js';

/**
 * Only these channels, in this order: `compose(toLab(), channels(0))` is lightness, `channels(1, 2)` the colours (split-brain autoencoders,
 * arXiv 1611.09842). Draws nothing.
 */
export function channels(...which: readonly number[]): View<Record<never, never>> {
  return fixed(
    (input) => {
      const missing = which.find((channel) => channel >= input.channels);
      if (missing !== undefined)
        throw new ForeframeError(
          `there is no channel ${missing} in ${shapeText(input)}: channels count from 0 to ${input.channels - 1}`,
        );
      return { ...input, channels: which.length };
    },
    (input) => {
      const bytes = sampleBytes(input);
      return (source, from, target, to) => {
        for (let k = from, written = to; k < from + bytes; k += input.channels)
          for (let c = 0; c < which.length; c++) target[written++] = source[k + which[c]!]!;
      };
    },
  );
}
