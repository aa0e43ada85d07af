/** How the pixels of a stream are stored, as ffprobe names it. */
export interface PixelFacts {
  /** ffmpeg's name, for example `yuv420p`. */
  readonly pixelFormat: string;
  /** Whether levels run from 16 to 235 (`tv`) or from 0 to 255 (`pc`), where the stream says so. */
  readonly range?: 'tv' | 'pc';
  /** The matrix between colours and luma that the stream names, for example `bt709`. */
  readonly matrix?: string;
}

interface ProbedPixels {
  readonly codec_name?: string;
  readonly pix_fmt?: string;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly tags?: { readonly alpha_mode?: string; readonly ALPHA_MODE?: string };
}

/** The pixel format in ffprobe's answer about a stream. */
export function pixelFacts(stream: ProbedPixels): PixelFacts {
  const format = stream.pix_fmt ?? 'unknown';
  // WebM keeps transparency beside the stream, where ffmpeg's own decoders do not look.
  const beside = (stream.tags?.alpha_mode ?? stream.tags?.ALPHA_MODE) === '1';
  const { color_range: range, color_space: matrix } = stream;
  return {
    pixelFormat:
      beside && /^vp[89]$/.test(stream.codec_name ?? '') ? format.replace(/^yuv(?!a)/, 'yuva') : format,
    ...(range === 'tv' || range === 'pc' ? { range } : {}),
    ...(matrix && !/^(unknown|gbr|reserved)$/.test(matrix) ? { matrix } : {}),
  };
}

export function hasAlpha(pixelFormat: string): boolean {
  return /^(yuva|rgba|bgra|argb|abgr|gbrap|ya\d|pal8|ayuv|vuya)/.test(pixelFormat);
}

/** Luma and two colour differences, rather than red, green and blue or grey alone. */
export function isYuv(pixelFormat: string): boolean {
  return /^(yuv|nv\d|p[0124]\d\d|yuyv|uyvy|yvyu|ayuv|vuy|y2\d\d|xv\d\d)/.test(pixelFormat);
}

/** Red, green and blue of more than 8 bits. */
export function isDeepRgb(pixelFormat: string): boolean {
  return /^(gbra?p(9|1[0-6]|f)|(rgb|bgr|rgba|bgra)(48|64)|x2(rgb|bgr))/.test(pixelFormat);
}
