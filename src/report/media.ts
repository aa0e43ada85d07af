import { escapeHtml } from './escape.js';
import type { Picture, Video } from './reportData.js';

/** A picture inside the page, with its caption as the words for those who cannot see it. */
export function renderPicture({ title, caption, png }: Picture): string {
  const size = pngSize(png);
  const attributes = size ? ` width="${size.width}" height="${size.height}"` : '';
  const alt = escapeHtml(`${title}. ${caption}`);
  return renderFigure(title, caption, `<img src="${dataUri('image/png', png)}"${attributes} alt="${alt}">`);
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

/** Width and height from a PNG's first chunk. */
function pngSize(png: Uint8Array): { width: number; height: number } | undefined {
  if (png.length < 24) return undefined;
  const view = new DataView(png.buffer, png.byteOffset);
  return view.getUint32(0) === 0x89504e47
    ? { width: view.getUint32(16), height: view.getUint32(20) }
    : undefined;
}
