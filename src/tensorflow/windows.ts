import { ForeframeError } from '../common/errors.js';
import type { Tensor } from './tf.js';

/** Kernels that move a window over `x` `[n, height, width, channels]`, and the size of the window. */
const WINDOWS: Record<string, (filter: Tensor | undefined, attrs: Attributes) => readonly [number, number]> =
  {
    Conv2D: (filter) => [filter!.shape[0]!, filter!.shape[1]!],
    DepthwiseConv2dNative: (filter) => [filter!.shape[0]!, filter!.shape[1]!],
    MaxPool: (_, { filterSize }) => pair(filterSize!),
    AvgPool: (_, { filterSize }) => pair(filterSize!),
  };

interface Attributes {
  readonly pad?: unknown;
  readonly dataFormat?: string;
  readonly filterSize?: number | readonly [number, number];
  readonly dilations?: number | readonly [number, number];
}

/**
 * Native TensorFlow, asked op by op for a window that nowhere fits, gives back memory that nobody has written.
 * @throws ForeframeError naming the entry and the sizes.
 */
export function checkWindow(entry: string, kernel: string, inputs: object, attrs: object | undefined): void {
  if (!Object.hasOwn(WINDOWS, kernel)) return;
  const { x, filter } = inputs as { x: Tensor; filter?: Tensor };
  const settings = (attrs ?? {}) as Attributes;
  if (settings.pad !== 'valid' || settings.dataFormat === 'NCHW') return;
  const [height, width] = x.shape.slice(-3) as [number, number];
  const dilations = pair(settings.dilations ?? 1);
  const [rows, columns] = WINDOWS[kernel]!(filter, settings).map((size, i) => (size - 1) * dilations[i]! + 1);
  if (rows! > height || columns! > width)
    throw new ForeframeError(
      `entry ${entry}: ${kernel} with a window of ${rows}×${columns} on ${height}×${width} and padding 'valid': the window does not fit`,
    );
}

function pair(size: number | readonly [number, number]): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}
