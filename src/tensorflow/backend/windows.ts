import { ForeframeError } from '../../common/errors.js';
import type { Tensor, Tensor4D } from './tf.js';

/** Kernels that move a window over `x` `[n, height, width, channels]`, and the size of the window. */
const WINDOWS = new Map<string, (filter: Tensor4D, attrs: Attributes) => readonly [number, number]>([
  ['Conv2D', ({ shape: [rows, columns] }) => [rows, columns]],
  ['DepthwiseConv2dNative', ({ shape: [rows, columns] }) => [rows, columns]],
  ['MaxPool', (_, { filterSize }) => pair(filterSize)],
  ['AvgPool', (_, { filterSize }) => pair(filterSize)],
]);

interface Attributes {
  readonly pad?: unknown;
  readonly dataFormat?: string;
  /** Of pooling. */
  readonly filterSize: number | readonly [number, number];
  readonly dilations?: number | readonly [number, number];
}

/**
 * Checks that a window fits: op by op, native TensorFlow would return uninitialised memory for one that does not.
 * @throws ForeframeError naming the entry and the sizes.
 */
export function checkWindow(entry: string, kernel: string, inputs: object, attrs: object | undefined): void {
  const windowOf = WINDOWS.get(kernel);
  if (!windowOf) return;
  const { x, filter } = inputs as { x: Tensor; filter: Tensor4D };
  const settings = (attrs ?? {}) as Attributes;
  if (settings.pad !== 'valid' || settings.dataFormat === 'NCHW') return;
  const [height, width] = x.shape.slice(-3) as [number, number];
  const dilations = pair(settings.dilations ?? 1);
  const [tall, wide] = windowOf(filter, settings);
  const [rows, columns] = [(tall - 1) * dilations[0] + 1, (wide - 1) * dilations[1] + 1];
  if (rows > height || columns > width)
    throw new ForeframeError(
      `entry ${entry}: ${kernel} with a window of ${rows}×${columns} on ${height}×${width} and padding 'valid': the window does not fit`,
    );
}

function pair(size: number | readonly [number, number]): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}
