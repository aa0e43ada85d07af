import type { FrameShape } from '../../models/videoModel.js';

/** Draw a frame, `[height, width, channels]` of bytes or of values in [0, 1], one pixel each. */
export function drawFrame(
  canvas: HTMLCanvasElement,
  shape: FrameShape,
  values: Uint8Array | Float32Array,
): void {
  const scale = values instanceof Float32Array ? 255 : 1;
  draw(canvas, shape, (pixel, rgba) => {
    for (let c = 0; c < 3; c++) rgba[c] = values[pixel * shape.channels + (c % shape.channels)]! * scale;
  });
}

/** Draw where a frame differs from what was expected: black, red, yellow, white as the difference goes from 0 to two thirds. */
export function drawDifference(
  canvas: HTMLCanvasElement,
  shape: FrameShape,
  seen: Uint8Array,
  expected: Float32Array,
): void {
  const { channels } = shape;
  draw(canvas, shape, (pixel, rgba) => {
    let sum = 0;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++)
      sum += Math.abs(seen[at]! / 255 - expected[at]!);
    const heat = (sum / channels) * 4.5;
    for (let c = 0; c < 3; c++) rgba[c] = 255 * (heat - c);
  });
}

/** @param colour sets red, green and blue of a pixel; they are limited to bytes */
function draw(
  canvas: HTMLCanvasElement,
  { width, height }: FrameShape,
  colour: (pixel: number, rgba: Uint8ClampedArray) => void,
): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const rgba = image.data.subarray(4 * pixel, 4 * pixel + 4);
    colour(pixel, rgba);
    rgba[3] = 255;
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
