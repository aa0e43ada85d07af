import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { bundled } from '../../src/video/ffmpeg/ffmpegPath.js';
import { type FrameOptions, findFfmpeg } from '../../src/video/index.js';
import { allFrames, temporaryFolder } from './makeVideo.js';

const folder = temporaryFolder();
const { path: bundledFfmpeg } = bundled('ffmpeg');
const { FFMPEG_PATH } = process.env;
afterEach(() => {
  if (FFMPEG_PATH === undefined) delete process.env.FFMPEG_PATH;
  else process.env.FFMPEG_PATH = FFMPEG_PATH;
});

type Range = 'tv' | 'pc';
type Matrix = 'smpte170m' | 'bt709' | 'bt2020nc';
const WEIGHTS: Record<Matrix, [number, number]> = {
  smpte170m: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020nc: [0.2627, 0.0593],
};
/** One colour for each quarter of the image. */
const QUARTERS = [
  [200, 100, 30],
  [17, 17, 17],
  [40, 90, 220],
  [255, 255, 255],
] as const;

interface Stored {
  readonly format: string;
  readonly kind: 'yuv' | 'grey' | 'gbr' | 'rgb';
  readonly bits?: number;
  /** How many pixels share a colour difference, across and down. */
  readonly shared?: readonly [number, number];
  readonly alpha?: boolean;
  readonly range?: Range;
  readonly matrix?: Matrix;
  /** The file does not say its range and matrix. */
  readonly untagged?: boolean;
}

/** The codes that the textbook gives for a colour. */
function codes(stored: Stored, [r, g, b]: readonly [number, number, number]): number[] {
  const { kind, bits = 8, range = 'tv', matrix = 'smpte170m' } = stored;
  const top = 2 ** bits - 1;
  const unit = 2 ** (bits - 8);
  const [kr, kb] = WEIGHTS[matrix];
  const y = kr * r + (1 - kr - kb) * g + kb * b;
  if (kind === 'gbr' || kind === 'rgb') {
    return (kind === 'gbr' ? [g, b, r] : [r, g, b]).map((level) => Math.round((level / 255) * top));
  }
  const luma = Math.round(range === 'pc' ? (y / 255) * top : unit * (16 + (y * 219) / 255));
  if (kind === 'grey') return [luma];
  const differences = [(b - y) / (2 - 2 * kb), (r - y) / (2 - 2 * kr)].map((value) =>
    Math.round(range === 'pc' ? (value / 255) * top + 2 ** (bits - 1) : unit * (128 + (value * 224) / 255)),
  );
  return [luma, ...differences.map((value) => Math.min(value, top))];
}

/** What a reader should give for a colour: the luma of the file's own matrix, BT.601's of red-green-blue. */
function wanted(
  { kind, matrix = 'smpte170m' }: Stored,
  quarter: readonly number[],
  color: 'grey' | 'rgb',
): number[] {
  const [r, g, b] = quarter as [number, number, number];
  const [kr, kb] = WEIGHTS[kind === 'yuv' || kind === 'grey' ? matrix : 'smpte170m'];
  const y = kr * r + (1 - kr - kb) * g + kb * b;
  if (color === 'grey') return [y];
  return kind === 'grey' ? [y, y, y] : [r, g, b];
}

/** A file of one image, its bytes laid out here; ffmpeg only packs them. */
function store(stored: Stored, width: number, height: number): string {
  const {
    format,
    kind,
    bits = 8,
    shared = [1, 1],
    alpha,
    range = 'tv',
    matrix = 'smpte170m',
    untagged,
  } = stored;
  const values = QUARTERS.map((quarter) => codes(stored, quarter));
  const plane = (w: number, h: number, channels: readonly number[]) => {
    const wide = bits > 8 ? 2 : 1;
    const row = (quarters: readonly number[]) => {
      const bytes = Buffer.alloc(w * channels.length * wide);
      for (let i = 0; i < w * channels.length; i++) {
        const x = Math.floor(i / channels.length);
        const value = values[quarters[x < w / 2 ? 0 : 1]!]![channels[i % channels.length]!] ?? 2 ** bits - 1;
        if (wide === 1) bytes[i] = value;
        else bytes.writeUInt16LE(value, 2 * i);
      }
      return bytes;
    };
    const [upper, lower] = [row([0, 1]), row([2, 3])];
    return Array.from({ length: h }, (_, y) => (y < h / 2 ? upper : lower));
  };
  const small = [width / shared[0], height / shared[1]] as const;
  const parts =
    kind === 'rgb'
      ? plane(width, height, [0, 1, 2])
      : [
          ...plane(width, height, [0]),
          ...(kind === 'grey' ? [] : [...plane(...small, [1]), ...plane(...small, [2])]),
          ...(alpha ? plane(width, height, [3]) : []),
        ];
  const path = join(folder, `${format}-${width}.mkv`);
  const tags = untagged ? [] : ['-color_range', range, ...(kind === 'yuv' ? ['-colorspace', matrix] : [])];
  execFileSync(
    findFfmpeg().path,
    // prettier-ignore
    [
      '-v',
      'error',
      '-y',
      '-f',
      'rawvideo',
      '-pix_fmt',
      format,
      '-s',
      `${width}x${height}`,
      '-r',
      '5',
      '-i',
      '-',
      ...tags,
      '-c:v',
      'ffv1',
      '-strict',
      '-2',
      path,
    ],
    { input: Buffer.concat(parts), stdio: ['pipe', 'ignore', 'pipe'] },
  );
  return path;
}

/** How far the middle of each quarter is from what it should be, at most. */
async function worst(path: string, stored: Stored, options: FrameOptions): Promise<number> {
  const [frame] = await allFrames(path, options);
  let far = 0;
  for (const [i, quarter] of QUARTERS.entries()) {
    const x = Math.floor(frame!.width * (i % 2 ? 0.75 : 0.25));
    const y = Math.floor(frame!.height * (i < 2 ? 0.25 : 0.75));
    for (const [channel, level] of wanted(stored, quarter, options.color).entries()) {
      far = Math.max(far, Math.abs(frame!.data[(y * frame!.width + x) * frame!.channels + channel]! - level));
    }
  }
  return far;
}

const formats: Stored[] = [
  { format: 'yuv420p', kind: 'yuv', shared: [2, 2], untagged: true },
  { format: 'yuv420p', kind: 'yuv', shared: [2, 2], matrix: 'bt709' },
  { format: 'yuv420p', kind: 'yuv', shared: [2, 2], matrix: 'bt709', range: 'pc' },
  { format: 'yuv422p10le', kind: 'yuv', shared: [2, 1], bits: 10, matrix: 'bt2020nc' },
  { format: 'yuv444p10le', kind: 'yuv', bits: 10, matrix: 'bt709', range: 'pc' },
  { format: 'yuv444p12le', kind: 'yuv', bits: 12 },
  { format: 'gray', kind: 'grey', range: 'pc', untagged: true },
  { format: 'gray10le', kind: 'grey', bits: 10, range: 'pc' },
  { format: 'gray16le', kind: 'grey', bits: 16, range: 'pc', untagged: true },
  { format: 'gbrp10le', kind: 'gbr', bits: 10 },
  { format: 'rgb48le', kind: 'rgb', bits: 16 },
  { format: 'bgr24', kind: 'rgb' },
  { format: 'yuva420p', kind: 'yuv', shared: [2, 2], alpha: true },
  { format: 'yuva444p10le', kind: 'yuv', bits: 10, alpha: true, matrix: 'bt709' },
];

describe.each([
  ['the ffmpeg found', undefined],
  ['the bundled build of 2018', bundledFfmpeg],
])('levels and colours with %s are the textbook’s', (_, program) => {
  test.each(formats)('$format $range $matrix, untagged: $untagged', async (stored) => {
    // ffmpeg's raw video names the channels backwards.
    const layout = stored.format === 'bgr24' ? { ...stored, format: 'rgb24' } : stored;
    const path = store(layout, 1280, 720);
    if (program) process.env.FFMPEG_PATH = program;
    // 1280 to 16 is more than 40 times, where ffmpeg's scaler used to expand the range twice.
    for (const color of ['grey', 'rgb'] as const) {
      expect(await worst(path, stored, { width: 16, height: 16, color })).toBeLessThanOrEqual(2);
    }
  });

  test('every fit and size', async () => {
    const stored: Stored = { format: 'yuv420p', kind: 'yuv', shared: [2, 2], matrix: 'bt709' };
    const wide = store(stored, 3840, 2160);
    const tiny = store(stored, 16, 16);
    if (program) process.env.FFMPEG_PATH = program;
    for (const fit of ['fill', 'cover'] as const) {
      expect(await worst(wide, stored, { width: 48, height: 48, color: 'grey', fit })).toBeLessThanOrEqual(2);
      expect(await worst(tiny, stored, { width: 400, height: 400, color: 'grey', fit })).toBeLessThanOrEqual(
        2,
      );
    }
    for (const color of ['grey', 'rgb'] as const) {
      const [frame] = await allFrames(wide, { width: 32, height: 64, color, fit: 'contain' });
      const bar = frame!.data.subarray(0, 32 * 16 * frame!.channels);
      expect(Math.max(...bar)).toBe(0);
      // The white quarter, lower right, just above the lower bar.
      expect(frame!.data.at(-((64 - 38) * 32 - 24) * frame!.channels)).toBeGreaterThanOrEqual(253);
    }
  });
});
