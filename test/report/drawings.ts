import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import type { Frame } from '../../src/video/frame.js';

/** The elements of HTML or SVG that a selector finds. */
export function elements(html: string, selector: string) {
  const { document } = parseHTML(
    html.startsWith('<!doctype') ? html : `<!doctype html><html><body>${html}</body></html>`,
  );
  return [...document.querySelectorAll(selector)];
}

export function texts(html: string, selector = 'text'): (string | null)[] {
  return elements(html, selector).map(({ textContent }) => textContent);
}

/** A drawing as PNG, without its letters: they depend on the machine's fonts. */
export function withoutLetters(svg: string): Promise<Buffer> {
  const bare = svg
    .replace(/<text[\s\S]*?<\/text>/g, '')
    .replace(/var\(--[\w-]+, (#\w+)\)/g, '$1')
    .replaceAll('currentColor', '#222');
  return sharp(Buffer.from(bare)).flatten({ background: '#fff' }).png().toBuffer();
}

/** A red-green-blue frame as PNG. */
export function framePixels({ data, width, height, channels }: Frame): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels } }).png().toBuffer();
}

/** What a page is made of, a line an element: names, classes and the words of those that hold nothing else. Drawings are one line. */
export function outline(html: string): string {
  const { document } = parseHTML(html);
  const lines: string[] = [];
  type Tag = typeof document.body;
  const visit = (element: Tag, depth: number) => {
    const { tagName, children } = element;
    const name = tagName.toLowerCase();
    const classes = name === 'svg' ? '' : element.getAttribute('class');
    const words = children.length === 0 && name !== 'style' ? (element.textContent ?? '').trim() : '';
    const label = element.getAttribute('aria-label');
    lines.push(
      `${'  '.repeat(depth)}${name}${classes ? `.${classes.replaceAll(' ', '.')}` : ''}` +
        `${label ? ` [${label}]` : ''}${words ? ` "${words}"` : ''}`,
    );
    if (name !== 'svg') for (const child of children) visit(child as Tag, depth + 1);
  };
  visit(document.body, 0);
  return `${lines.join('\n')}\n`;
}

/** The bytes of the images inside a page, in their order: `img` and what narrow screens get in its place. */
export function imagesOf(html: string): Buffer[] {
  return elements(html, 'img, source').map((element) => {
    const uri = element.getAttribute('src') ?? element.getAttribute('srcset')!;
    return Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64');
  });
}

/** A bright square on dark ground, `at` pixels from the left and from the top. */
export function squareFrame(at: number, channels: 1 | 3 = 1, side = 16): Frame {
  const data = new Uint8Array(side * side * channels).fill(20);
  for (let y = at; y < Math.min(at + 5, side); y++)
    for (let x = at; x < Math.min(at + 5, side); x++)
      for (let c = 0; c < channels; c++) data[(y * side + x) * channels + c] = c === 1 ? 140 : 230;
  return { data, width: side, height: side, channels, time: at / 25, index: at, source: 'square' };
}
