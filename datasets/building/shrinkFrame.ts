import type { Frame } from '../../src/video/frame.js';

/**
 * A frame smaller by a whole factor: each pixel is the rounded mean of `factor` × `factor` pixels. The result is the same on every
 * machine; ffmpeg's scalers do not promise that.
 */
export function shrinkFrame(frame: Frame, factor: number): Frame {
  if (factor === 1) return frame;
  const { channels, data } = frame;
  const [width, height] = [frame.width / factor, frame.height / factor];
  const small = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let row = y * factor; row < (y + 1) * factor; row++)
          for (let column = x * factor; column < (x + 1) * factor; column++)
            sum += data[(row * frame.width + column) * channels + channel]!;
        small[(y * width + x) * channels + channel] = Math.round(sum / factor ** 2);
      }
    }
  }
  return { ...frame, data: small, width, height };
}
