import { colourMap } from './colourMap.js';
import { escapeHtml } from './escape.js';
import type { ReportImage, Video } from './reportData.js';

/** An image inside the page, with its caption as the words for those who cannot see it. */
export function renderImage({ title, caption, image, narrow, fullError }: ReportImage): string {
  const alt = escapeHtml(`${title}. ${caption}`);
  const tag = `<img src="${imageUri(image)}"${sizeOf(image)} alt="${alt}">`;
  const content = narrow
    ? `<picture><source media="(max-width: 40rem)" srcset="${imageUri(narrow)}"${sizeOf(narrow)}>${tag}</picture>`
    : tag;
  return renderFigure(title, caption, fullError === undefined ? content : content + errorScale(fullError));
}

/** A video inside the page or beside it. */
export function renderVideo(video: Video): string {
  const { title, caption } = video;
  const beside = 'file' in video;
  const source = beside ? relativeUrl(video.file) : dataUri('video/mp4', video.mp4);
  const label = escapeHtml(`${title}. ${caption}`);
  const link = beside
    ? `<a href="${source}">${escapeHtml(video.file)}</a>`
    : 'A video that this reader cannot play.';
  const tag = `<video src="${source}" controls loop muted playsinline preload="metadata" aria-label="${label}">${link}</video>`;
  return renderFigure(title, caption, tag);
}

/** A title, something to look at, and a caption. */
export function renderFigure(title: string, caption: string, content: string): string {
  const below = caption ? `\n<figcaption>${escapeHtml(caption)}</figcaption>` : '';
  return `<figure>\n<h3>${escapeHtml(title)}</h3>\n${content}${below}\n</figure>`;
}

/** Which colour stands for which error. */
function errorScale(full: number): string {
  const stops = Array.from({ length: 9 }, (_, i) => {
    const at = 3 * Math.round((255 * i) / 8);
    return `rgb(${colourMap[at]},${colourMap[at + 1]},${colourMap[at + 2]})`;
  });
  const most = full < 1 ? `${full} and more` : '1';
  return (
    '\n<p class="scale">Absolute error: 0 ' +
    `<span style="background:linear-gradient(90deg,${stops.join(',')})"></span> ${most} of the pixel range</p>`
  );
}

function imageUri(image: Uint8Array): string {
  return dataUri(pngSize(image) ? 'image/png' : 'image/webp', image);
}

function dataUri(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
}

/** A path as an address that cannot leave the page's own place: no scheme, no host. */
function relativeUrl(path: string): string {
  const segments = path
    .replace(/\\/g, '/')
    .split('/')
    .filter((segment) => segment !== '');
  return `./${segments.map((segment) => encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\ufffd')).replace(/'/g, '%27')).join('/')}`;
}

/** Size attributes, so that the page does not jump when an image is decoded. */
function sizeOf(image: Uint8Array): string {
  const size = pngSize(image) ?? webpSize(image);
  return size ? ` width="${size.width}" height="${size.height}"` : '';
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Width and height from a PNG's first chunk. */
function pngSize(png: Uint8Array): Size | undefined {
  if (png.length < 24) return undefined;
  const view = new DataView(png.buffer, png.byteOffset);
  return view.getUint32(0) === 0x89504e47
    ? { width: view.getUint32(16), height: view.getUint32(20) }
    : undefined;
}

/** Width and height from the header of a WebP file: of one that moves (chunk VP8X), or of a photograph (chunk VP8). */
function webpSize(webp: Uint8Array): Size | undefined {
  if (webp.length < 30) return undefined;
  const chunk = Buffer.from(webp.subarray(12, 16)).toString();
  const sixteen = (from: number) => (webp[from]! + 256 * webp[from + 1]!) & 0x3fff;
  if (chunk === 'VP8 ') return { width: sixteen(26), height: sixteen(28) };
  if (chunk !== 'VP8X') return undefined;
  const at = (from: number) => 1 + webp[from]! + 256 * webp[from + 1]! + 65_536 * webp[from + 2]!;
  return { width: at(24), height: at(27) };
}
