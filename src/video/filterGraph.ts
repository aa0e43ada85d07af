import type { FrameOptions } from './frameOptions.js';

/**
 * ffmpeg's filters from a decoded picture to a frame of the asked size and colour. Rotation is applied by ffmpeg before
 * them; `dar` in the expressions is the picture's shape as displayed, so anamorphic pixels come out square.
 */
export function filterGraph(options: FrameOptions, pixelFormat: string | undefined): string {
  const { width, height, color, rate, fit = 'fill' } = options;
  const format = `format=${pixelFormatOf(color)}`;
  const resize = (w: string | number, h: string | number) =>
    `scale=w='${w}':h='${h}':flags=bicubic+accurate_rnd+full_chroma_int`;
  const filters: string[] = [];
  if (rate !== undefined) filters.push(`fps=${rate}`);
  if (pixelFormat !== undefined && hasAlpha(pixelFormat)) {
    // Transparent parts are shown on black; merely dropping alpha would uncover whatever colour lies beneath.
    // Told its range, because builds of 2018 take red-green-blue for video levels that begin at 16.
    filters.push('format=gbrap', 'setparams=range=pc', 'premultiply=inplace=1');
  }
  if (fit === 'fill') {
    filters.push(resize(width, height), format);
  } else if (fit === 'contain') {
    // The bars are added before the change to grey: builds of 2018 draw "black" on grey as 16.
    filters.push(
      resize(`max(1,min(${width},round(${height}*dar)))`, `max(1,min(${height},round(${width}/dar)))`),
      color === 'grey' ? 'format=yuv444p' : format,
      `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
      format,
    );
  } else {
    filters.push(
      resize(`max(${width},round(${height}*dar))`, `max(${height},round(${width}/dar))`),
      format,
      `crop=${width}:${height}`,
    );
  }
  return filters.join(',');
}

/** The last filters: times to the microsecond, printed on the log, one line for each picture. */
export function printTimes(modern: boolean): string {
  // Builds of 2018 drop pictures in the metadata filter unless they were marked elsewhere; `select` is made to keep them
  // all while its expression prints. showinfo would do on both, but prints a picture's line in two dozen writes.
  return modern
    ? 'settb=AVTB,metadata=mode=add:key=foreframe:value=1,metadata=mode=print:key=foreframe'
    : "settb=AVTB,select='print(t,32)*0+1'";
}

/** ffmpeg's name of our two pixel layouts. */
export function pixelFormatOf(color: 'grey' | 'rgb'): 'gray' | 'rgb24' {
  return color === 'grey' ? 'gray' : 'rgb24';
}

function hasAlpha(pixelFormat: string): boolean {
  return /^(yuva|rgba|bgra|argb|abgr|gbrap|ya\d|pal8|ayuv)/.test(pixelFormat);
}
