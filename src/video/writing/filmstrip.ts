import sharp, { type OverlayOptions } from 'sharp';
import { UsageError } from '../../common/errors.js';
import type { Frame } from '../frame.js';

/** One row of a filmstrip. */
export interface FilmstripRow {
  readonly label?: string;
  readonly frames: readonly Frame[];
}

export interface FilmstripOptions {
  /** Whole times by which pixels are enlarged, without smoothing (as many as make frames at least 96 pixels high). */
  readonly scale?: number;
  /** White pixels between frames (4). */
  readonly gap?: number;
  /** What stands above the columns, from the left. */
  readonly columns?: readonly string[];
}

const LABEL_SIZE = 14;
/** Pixels above the first row for what stands above the columns. */
const HEAD = 22;

/**
 * A PNG with one row of frames for each row given, its label on the left, and words above the columns where some are given.
 * @throws UsageError when there is no frame or the scale is no whole number.
 */
export async function filmstrip(
  rows: readonly FilmstripRow[],
  options: FilmstripOptions = {},
): Promise<Buffer> {
  const all = rows.flatMap((row) => row.frames);
  if (all.length === 0) throw new UsageError('a filmstrip needs at least one frame');
  const cellWidth = Math.max(...all.map((frame) => frame.width));
  const cellHeight = Math.max(...all.map((frame) => frame.height));
  const scale = checkScale(options.scale ?? Math.max(1, Math.ceil(96 / cellHeight)));
  const gap = Math.max(0, Math.round(options.gap ?? 4));
  const longest = Math.max(0, ...rows.map((row) => row.label?.length ?? 0));
  const left = longest > 0 ? Math.ceil(longest * LABEL_SIZE * 0.62) + 2 * gap + 4 : gap;
  const columns = Math.max(...rows.map((row) => row.frames.length));
  const head = options.columns ? HEAD : 0;
  const width = left + columns * (cellWidth * scale + gap);
  const rowTop = (row: number) => head + gap + row * (cellHeight * scale + gap);
  const height = rowTop(rows.length);

  const images = rows.flatMap((row, r) =>
    row.frames.map(async (frame, column): Promise<OverlayOptions> => {
      const input = await framePng(frame, { scale });
      return { input, left: left + column * (cellWidth * scale + gap), top: rowTop(r) };
    }),
  );
  const names = rows.map(({ label = '' }, r) => {
    const y = rowTop(r) + (cellHeight * scale) / 2;
    return { text: label, x: left - gap - 4, y, anchor: 'end' } as const;
  });
  const heads = (options.columns ?? []).slice(0, columns).map((text, column) => {
    const x = left + column * (cellWidth * scale + gap) + (cellWidth * scale) / 2;
    return { text, x, y: gap + HEAD / 2, anchor: 'middle' } as const;
  });
  const words = [...names, ...heads].filter(({ text }) => text !== '');
  const labels: OverlayOptions = {
    input: Buffer.from(labelsSvg(words, width, height)),
    left: 0,
    top: 0,
  };
  return sharp({ create: { width, height, channels: 3, background: '#fff' } })
    .composite([...(await Promise.all(images)), ...(words.length > 0 ? [labels] : [])])
    .removeAlpha()
    .png()
    .toBuffer();
}

/** One frame as a PNG, its pixels enlarged `scale` times without smoothing. */
export async function framePng(frame: Frame, options: { scale?: number } = {}): Promise<Buffer> {
  const scale = checkScale(options.scale ?? 1);
  const { width, height, channels } = frame;
  return sharp(frame.data, { raw: { width, height, channels } })
    .resize(width * scale, height * scale, { kernel: 'nearest', fit: 'fill' })
    .png()
    .toBuffer();
}

function checkScale(scale: number): number {
  if (Number.isInteger(scale) && scale >= 1) return scale;
  throw new UsageError(`scale must be a whole number of at least 1, not ${scale}`);
}

function labelsSvg(
  labels: readonly { text: string; x: number; y: number; anchor: 'middle' | 'end' }[],
  width: number,
  height: number,
): string {
  const texts = labels.map(
    ({ text, x, y, anchor }) =>
      `<text x="${x}" y="${y}" dy="0.35em" text-anchor="${anchor}">${escapeXml(text)}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `font-family="sans-serif" font-size="${LABEL_SIZE}" fill="#222">${texts.join('')}</svg>`
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
