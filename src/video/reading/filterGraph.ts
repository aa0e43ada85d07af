import type { FrameOptions } from '../frameOptions.js';
import { hasAlpha, isDeepRgb, isYuv, type PixelFacts } from '../probing/pixelFormat.js';

/** What of a video shapes its filters; without it (cameras, addresses) ffmpeg's own guesses serve. */
export type FilteredVideo = PixelFacts & { readonly width: number; readonly height: number };

/**
 * ffmpeg's scaler converts levels twice when it shrinks by more than about 40 in one step: it then works in two steps
 * itself, and each expands the range. So a large image is shrunk in steps of at most this, and converted in the last.
 */
const MOST_SHRINKING = 32;
const QUALITY = 'flags=bicubic+accurate_rnd+full_chroma_int';

/**
 * ffmpeg's filters from a decoded image to a frame of the asked size and colour. Rotation is applied by ffmpeg before
 * them; `dar` in the expressions is the image's shape as displayed, so anamorphic pixels come out square.
 *
 * Grey is the video's own luma, whatever its matrix, stretched to 0–255; of red, green and blue it is BT.601's luma.
 * Colours are converted by the matrix that the stream names; a stream that names none is taken for BT.601, as by ffmpeg.
 */
export function filterGraph(options: FrameOptions, video: FilteredVideo | undefined): string {
  const { width, height, color, rate, fit = 'fill' } = options;
  const format = `format=${pixelFormatOf(color)}`;
  const filters: string[] = [];
  if (rate !== undefined) filters.push(`fps=${rate}`);
  filters.push(...levelled(video));
  // Bars are added before the change to grey, as video levels: builds of 2018 draw "black" on grey as 16.
  const bars = fit === 'contain' && color === 'grey';
  const resize = (w: string | number, h: string | number) =>
    resized(w, h, options, video, bars ? 'tv' : 'pc');
  if (fit === 'fill') {
    filters.push(...resize(width, height), format);
  } else if (fit === 'contain') {
    filters.push(
      ...resize(`max(1,min(${width},round(${height}*dar)))`, `max(1,min(${height},round(${width}/dar)))`),
      bars ? 'format=yuv444p' : format,
      `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
      ...(bars ? ['scale=in_range=tv:out_range=pc', format] : []),
    );
  } else {
    filters.push(
      ...resize(`max(${width},round(${height}*dar))`, `max(${height},round(${width}/dar))`),
      format,
      `crop=${width}:${height}`,
    );
  }
  return filters.join(',');
}

/** What some formats need before they are scaled. */
function levelled(video: FilteredVideo | undefined): string[] {
  if (!video) return [];
  // Transparent parts are shown on black; merely dropping alpha would uncover whatever colour lies beneath.
  // The range is stated, because builds of 2018 take red-green-blue for video levels that begin at 16.
  const alpha = hasAlpha(video.pixelFormat);
  // Builds of 2018 keep the levels of deep red, green and blue only on this way.
  const deep = isDeepRgb(video.pixelFormat)
    ? [alpha ? 'format=rgba64le' : 'format=rgb48le,format=rgb24']
    : [];
  return alpha ? [...deep, 'format=gbrap', 'setparams=range=pc', 'premultiply=inplace=1'] : deep;
}

/** The change of size, and in its last step that of levels and colours. */
function resized(
  w: string | number,
  h: string | number,
  { width, height, color, fit }: FrameOptions,
  video: FilteredVideo | undefined,
  levels: 'tv' | 'pc',
): string[] {
  // A side of one and a half pixels is rounded to one.
  const rounding = fit === 'contain' ? 1.5 : 1;
  const shrinking = video
    ? rounding * Math.max(video.width / width, video.height / height, 1)
    : MOST_SHRINKING ** 3;
  const steps = Math.max(0, Math.ceil(Math.log(shrinking) / Math.log(MOST_SHRINKING) - 1e-9) - 1);
  const step = (to: string | number, from: string) =>
    `min(${from},max(${to},ceil(${from}/${MOST_SHRINKING})))`;
  const between = `scale=w='${step(w, 'iw')}':h='${step(h, 'ih')}':${QUALITY}`;
  const opaqueYuv = video && isYuv(video.pixelFormat) && !hasAlpha(video.pixelFormat);
  // Said outright, because builds of 2018 lose the range of a full-range image of more than 8 bits on the way.
  const range = opaqueYuv ? (video.pixelFormat.startsWith('yuvj') ? 'pc' : (video.range ?? 'tv')) : undefined;
  const keep = range ? `:in_range=${range}:out_range=${range}` : '';
  const convert = range ? `:in_range=${range}:out_range=${levels}` : color === 'grey' ? lumaOf(video) : '';
  return [...Array(steps).fill(between + keep), `scale=w='${w}':h='${h}':${QUALITY}${convert}`];
}

/** The matrix for the luma of a video that was made red-green-blue for its transparency: the video's own. */
function lumaOf(video: FilteredVideo | undefined): string {
  const name = /^(bt709|fcc|smpte240m|bt2020)/.exec(video?.matrix ?? '')?.[0];
  return video && name && hasAlpha(video.pixelFormat) && isYuv(video.pixelFormat)
    ? `:out_color_matrix=${name}`
    : '';
}

/** The last filters: times to the microsecond, printed on the log, one line for each image. */
export function printTimes(modern: boolean): string {
  // Builds of 2018 drop images in the metadata filter unless they were marked elsewhere; `select` is made to keep them
  // all while its expression prints. showinfo would do on both, but prints an image's line in two dozen writes.
  return modern
    ? 'settb=AVTB,metadata=mode=add:key=foreframe:value=1,metadata=mode=print:key=foreframe'
    : "settb=AVTB,select='print(t,32)*0+1'";
}

/** ffmpeg's name of our two pixel layouts. */
export function pixelFormatOf(color: 'grey' | 'rgb'): 'gray' | 'rgb24' {
  return color === 'grey' ? 'gray' : 'rgb24';
}
