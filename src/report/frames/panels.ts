import { UsageError } from '../../common/errors.js';
import type { Frame } from '../../video/frame.js';
import { BACKGROUND, CAPTION_HEIGHT, captionBand, type Words, wordsTile } from './captions.js';

/** A frame to show, or words where there is none, and the words above it. */
export type Panel = { readonly caption: string } & ({ readonly frame: Frame } | { readonly words: Words });

export interface PanelOptions {
  /** Whole factor by which pixels are enlarged; by default the one that brings the smallest side to `side`. */
  readonly scale?: number;
  /** Pixels that the smallest side of a frame has at least (192). */
  readonly side?: number;
  /** Pixels between panels (8). */
  readonly gap?: number;
}

interface Canvas {
  readonly data: Uint8Array;
  readonly width: number;
}

/**
 * Rows of frames as one red-green-blue frame: each enlarged a whole number of times without smoothing, under its caption. Words
 * fill the panel of the largest frame. Width and height come out even, as video codecs want them. Time, index and source are
 * those of the first frame. Called once per video frame: letters are drawn once and remembered.
 * @throws UsageError when there is no frame.
 */
export async function panelGrid(
  rows: readonly (readonly Panel[])[],
  { side = 192, gap = 8, ...options }: PanelOptions = {},
): Promise<Frame> {
  const frames = rows.flat().flatMap((panel) => ('frame' in panel ? [panel.frame] : []));
  const first = frames[0];
  if (!first) throw new UsageError('a grid of panels needs at least one frame');
  const scale = options.scale ?? scaleTo(side, frames);
  const cell = {
    width: scale * Math.max(...frames.map(({ width }) => width)),
    height: scale * Math.max(...frames.map(({ height }) => height)),
  };
  const columns = Math.max(...rows.map((row) => row.length));
  const width = even(gap + columns * (cell.width + gap));
  const height = even(rows.length * (CAPTION_HEIGHT + cell.height + gap));
  const canvas = { data: new Uint8Array(width * height * 3).fill(BACKGROUND), width };
  await Promise.all(
    rows.flatMap((row, r) =>
      row.map(async (panel, column) => {
        const left = gap + column * (cell.width + gap);
        const top = r * (CAPTION_HEIGHT + cell.height + gap);
        const band = await captionBand(panel.caption, cell.width);
        blit(canvas, { ...band, channels: 3 }, left, top, 1);
        const [content, times] =
          'frame' in panel
            ? [panel.frame, scale]
            : [{ ...(await wordsTile(panel.words, cell)), channels: 3 as const }, 1];
        blit(canvas, content, left, top + CAPTION_HEIGHT, times);
      }),
    ),
  );
  return { ...canvas, height, channels: 3, time: first.time, index: first.index, source: first.source };
}

/** The whole number of times that brings the smallest side of these frames to `side` pixels. */
export function scaleTo(side: number, frames: readonly Pick<Frame, 'width' | 'height'>[]): number {
  return Math.ceil(side / Math.min(...frames.flatMap(({ width, height }) => [width, height])));
}

/** Copy a frame onto the red-green-blue canvas, every pixel `scale` times across and down. */
function blit(
  canvas: Canvas,
  frame: Pick<Frame, 'data' | 'width' | 'height' | 'channels'>,
  left: number,
  top: number,
  scale: number,
): void {
  const { data, width, height, channels } = frame;
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
