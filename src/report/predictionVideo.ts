import { UsageError } from '../common/errors.js';
import type { Frame } from '../video/frame.js';
import { BACKGROUND, CAPTION_HEIGHT, captionBand } from './captions.js';

/** A frame to show, and the words above it. */
export interface Panel {
  readonly caption: string;
  readonly frame: Frame;
}

/** Small frames are enlarged until their smaller side has at least this many pixels. */
const SMALLEST_SIDE = 192;

/**
 * Several frames beside each other as one red-green-blue frame: each enlarged `scale` times (a whole number) without smoothing,
 * under its caption, `gap` pixels apart. Width and height come out even, as video codecs want them. Time, index and source are
 * those of the first frame. Called once per video frame: captions are drawn once and remembered.
 * @throws UsageError when there is no panel.
 */
export async function sideBySide(
  panels: readonly Panel[],
  options: { scale?: number; gap?: number } = {},
): Promise<Frame> {
  const first = panels[0]?.frame;
  if (!first) throw new UsageError('a side-by-side picture needs at least one panel');
  const sides = panels.flatMap(({ frame }) => [frame.width, frame.height]);
  const scale = options.scale ?? Math.ceil(SMALLEST_SIDE / Math.min(...sides));
  const gap = options.gap ?? 8;
  const widths = panels.map(({ frame }) => frame.width * scale);
  const tallest = Math.max(...panels.map(({ frame }) => frame.height * scale));
  const width = even(gap + widths.reduce((sum, panelWidth) => sum + panelWidth + gap, 0));
  const height = even(CAPTION_HEIGHT + tallest + gap);
  const bands = await Promise.all(panels.map(({ caption }, at) => captionBand(caption, widths[at]!)));
  const canvas = { data: new Uint8Array(width * height * 3).fill(BACKGROUND), width };
  let left = gap;
  panels.forEach(({ frame }, at) => {
    const band = { data: bands[at]!, width: widths[at]!, height: CAPTION_HEIGHT, channels: 1 as const };
    blit(canvas, band, left, 0, 1);
    blit(canvas, frame, left, CAPTION_HEIGHT, scale);
    left += widths[at]! + gap;
  });
  return { ...canvas, height, channels: 3, time: first.time, index: first.index, source: first.source };
}

/** Copy `picture` onto the red-green-blue canvas, every pixel `scale` times across and down. */
function blit(
  canvas: { data: Uint8Array; width: number },
  picture: Pick<Frame, 'data' | 'width' | 'height' | 'channels'>,
  left: number,
  top: number,
  scale: number,
): void {
  const { data, width, height, channels } = picture;
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  const rowBytes = width * scale * 3;
  for (let row = 0; row < height; row++) {
    const start = ((top + row * scale) * canvas.width + left) * 3;
    let to = start;
    for (let from = row * width * channels; from < (row + 1) * width * channels; from += channels) {
      for (let times = 0; times < scale; times++) {
        canvas.data[to] = data[from]!;
        canvas.data[to + 1] = data[from + green]!;
        canvas.data[to + 2] = data[from + blue]!;
        to += 3;
      }
    }
    for (let times = 1; times < scale; times++) {
      canvas.data.copyWithin(start + times * canvas.width * 3, start, start + rowBytes);
    }
  }
}

function even(size: number): number {
  return size + (size % 2);
}
