import tf from '../tf.js';

type Info = tf.backend_util.Conv2DInfo;

/**
 * Gradient of max pooling. tfjs' own wasm kernel (4.22.0) starts each window's maximum at 0, so windows of negative
 * numbers lose their gradient. Of equal maxima the first in reading order gets it, as in TensorFlow.
 * @param input `[batch, height, width, channels]`
 * @param dy `[batch, outHeight, outWidth, channels]`
 */
export function maxPoolGradient(input: tf.Tensor4D, dy: tf.Tensor4D, info: Info): tf.Tensor4D {
  const x = input.dataSync<'float32'>();
  const gradient = dy.dataSync<'float32'>();
  const result = new Float32Array(x.length);
  const channels = info.inChannels;
  forEachWindow(info, (cells, out) => {
    for (let c = 0; c < channels; c++) {
      let best = cells[0]! + c;
      for (const cell of cells) if (x[cell + c]! > x[best]!) best = cell + c;
      result[best]! += gradient[out + c]!;
    }
  });
  return tf.tensor4d(result, info.inShape);
}

/**
 * Gradient of average pooling. tfjs' own kernel divides by the window's full size at the border as well, where the
 * forward pass divides by the cells that lie inside.
 */
export function averagePoolGradient(dy: tf.Tensor4D, info: Info): tf.Tensor4D {
  const gradient = dy.dataSync<'float32'>();
  const result = new Float32Array(info.inShape.reduce((a, b) => a * b, 1));
  const channels = info.inChannels;
  forEachWindow(info, (cells, out) => {
    for (const cell of cells) {
      for (let c = 0; c < channels; c++) result[cell + c]! += gradient[out + c]! / cells.length;
    }
  });
  return tf.tensor4d(result, info.inShape);
}

/** Calls `visit` with the offsets of the input cells inside each window, and the offset of the window's output cell. */
function forEachWindow(info: Info, visit: (cells: readonly number[], out: number) => void): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels, padInfo } = info;
  for (let n = 0; n < batchSize; n++) {
    for (let p = 0; p < outHeight; p++) {
      const rows = inside(p * info.strideHeight - padInfo.top, info.filterHeight, inHeight);
      for (let q = 0; q < outWidth; q++) {
        const columns = inside(q * info.strideWidth - padInfo.left, info.filterWidth, inWidth);
        const cells = rows.flatMap((row) =>
          columns.map((column) => ((n * inHeight + row) * inWidth + column) * inChannels),
        );
        visit(cells, ((n * outHeight + p) * outWidth + q) * inChannels);
      }
    }
  }
}

/** The integers from `start` to `start + length` that are positions of an axis of `size`. */
function inside(start: number, length: number, size: number): number[] {
  return Array.from({ length }, (_, i) => start + i).filter((i) => i >= 0 && i < size);
}
