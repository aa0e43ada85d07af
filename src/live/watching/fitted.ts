import type { LiveSession } from './messages.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of an image, in its pixels. */
export interface Part extends Size {
  readonly x: number;
  readonly y: number;
}

/**
 * Which part of an image is drawn where, so that it becomes a frame of another size, as ffmpeg does it for `data.fit`: fill stretches,
 * cover cuts, contain leaves borders.
 */
export function fitted(fit: LiveSession['fit'], image: Size, frame: Size): { from: Part; to: Part } {
  const whole = (size: Size): Part => ({ x: 0, y: 0, width: size.width, height: size.height });
  if (fit === 'cover') return { from: centred(image, frame), to: whole(frame) };
  if (fit === 'contain') return { from: whole(image), to: centred(frame, image) };
  return { from: whole(image), to: whole(frame) };
}

/** The largest part of `outer`, in its middle, with the proportions of `inner`. */
function centred(outer: Size, inner: Size): Part {
  const scale = Math.min(outer.width / inner.width, outer.height / inner.height);
  const [width, height] = [inner.width * scale, inner.height * scale];
  return { x: (outer.width - width) / 2, y: (outer.height - height) / 2, width, height };
}
