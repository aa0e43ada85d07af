import { type Frame, filmstrip } from '../../video/index.js';
import type { LoggedImage } from '../tensorboardEvents.js';

/** One row of frames, bytes `[height, width, channels]` each. */
export interface StripRow {
  readonly label: string;
  readonly frames: readonly Uint8Array[];
}

/** Columns at the most, and pixels that all of them may take: the image stays small on disk. */
const MOST_COLUMNS = 6;
const MOST_WIDTH = 900;
/** Pixels that a frame is high, about. */
const HIGH = 72;

type FrameSize = Pick<Frame, 'height' | 'width' | 'channels'>;

/** Rows of frames as one PNG for TensorBoard: of long clips a few frames at even distances. */
export async function clipStrip(rows: readonly StripRow[], size: FrameSize): Promise<LoggedImage> {
  const png = await drawn(rows, size);
  return { png, width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/**
 * The same without words and without gaps, for a page that sets its own: each frame is as high as the image over the number of
 * rows.
 */
export function plainStrip(rows: readonly StripRow[], size: FrameSize): Promise<Uint8Array> {
  return drawn(
    rows.map(({ frames }) => ({ frames })),
    size,
    0,
  );
}

function drawn(
  rows: readonly { readonly label?: string; readonly frames: readonly Uint8Array[] }[],
  { height, width, channels }: FrameSize,
  gap?: number,
): Promise<Buffer> {
  const scale = Math.max(1, Math.round(HIGH / height));
  const columns = Math.min(MOST_COLUMNS, Math.max(2, Math.floor(MOST_WIDTH / (width * scale))));
  const length = rows[0]!.frames.length;
  const places = Array.from({ length: Math.min(columns, length) }, (_, i, all = Math.min(columns, length)) =>
    all < 2 ? 0 : Math.round((i * (length - 1)) / (all - 1)),
  );
  const frameOf = (data: Uint8Array): Frame => ({
    data,
    height,
    width,
    channels,
    time: 0,
    index: 0,
    source: '',
  });
  return filmstrip(
    rows.map(({ label, frames }) => ({ label, frames: places.map((at) => frameOf(frames[at]!)) })),
    { scale, gap },
  );
}
