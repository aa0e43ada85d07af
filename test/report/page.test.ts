import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { animation } from '../../src/report/frames/animation.js';
import { renderReport, writeReport } from '../../src/report/pages/page.js';
import type { ReportData } from '../../src/report/parts/reportData.js';
import { imagesOf, outline, squareFrame } from './drawings.js';

let folder: string;
let png: Uint8Array;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'foreframe-report-'));
  png = await sharp({ create: { width: 6, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A report in which every string is `text`. */
function reportOf(text: string): ReportData {
  const image = { title: text, caption: text, image: png, fullError: 0.5 };
  return {
    title: text,
    subtitle: text,
    moving: image,
    summary: [text],
    facts: [text],
    parts: [
      {
        title: text,
        tables: [{ caption: text, columns: [text, text], rows: [[text, 1.5]], note: text }],
        curves: [
          { title: text, xLabel: text, yLabel: text, series: [{ name: text, points: [{ x: 1, y: 2 }] }] },
        ],
        histograms: [{ title: text, xLabel: text, series: [{ name: text, values: [1, 2, 3] }] }],
        images: [{ ...image, narrow: png }],
        videos: [
          { title: text, caption: text, file: text },
          { title: text, caption: text, mp4: new Uint8Array([1, 2, 3]) },
        ],
        notes: [text],
      },
    ],
    settings: text,
    environment: { [text]: text },
  };
}
const parse = (html: string) => parseHTML(html).document;
const tags = (html: string) => [...parse(html).querySelectorAll('*')].map(({ tagName }) => tagName);

describe('renderReport', () => {
  it('has the structure that was accepted: what moves first, then what it means, then the parts', async () => {
    await expect(outline(renderReport(reportOf('words')))).toMatchFileSnapshot('snapshots/page.txt');
  });

  it('gives each image its size and words for those who cannot see it, and narrow screens their own', () => {
    const html = renderReport(reportOf('words'));
    for (const image of parse(html).querySelectorAll('img')) {
      expect(image.getAttribute('alt')).toBe('words. words');
      expect([image.getAttribute('width'), image.getAttribute('height')]).toEqual(['6', '4']);
    }
    expect(parse(html).querySelector('source')!.getAttribute('media')).toBe('(max-width: 40rem)');
    expect(imagesOf(html)).toEqual([png, png, png]);
  });

  it('gives a moving image its size and its type', async () => {
    const image = await animation([squareFrame(1, 3), squareFrame(4, 3)], {
      delay: 50,
      rest: 90,
      lossless: true,
    });
    const html = renderReport({ ...reportOf('words'), moving: { title: 't', caption: 'c', image } });
    const tag = parse(html).querySelector('img')!;
    expect([tag.getAttribute('width'), tag.getAttribute('height')]).toEqual(['16', '16']);
    expect(tag.getAttribute('src')).toMatch(/^data:image\/webp;base64,/);
    expect(imagesOf(html)[0]).toEqual(Buffer.from(image));
  });

  it('says what the colours of errors stand for', () => {
    const scales = [...parse(renderReport(reportOf('words'))).querySelectorAll('.scale')];
    expect(scales.map(({ textContent }) => textContent!.replace(/\s+/g, ' '))).toEqual(
      new Array(2).fill('Absolute error: 0 0.5 and more of the pixel range'),
    );
  });

  it('leaves out headings with nothing under them', () => {
    const empty = { title: 't', subtitle: 's', summary: [], parts: [{ title: 'none', tables: [] }] };
    const document = parse(renderReport({ ...empty, settings: '', environment: {} }));
    expect(document.querySelectorAll('h2, ul')).toHaveLength(0);
  });

  it('says how many values a curve could not show', () => {
    const points = [1, 0, Number.NaN, 2].map((y, x) => ({ x, y }));
    const curve = { title: 't', xLabel: 'x', yLabel: 'y', logY: true, series: [{ name: 'a', points }] };
    const html = renderReport({ ...reportOf('words'), parts: [{ title: 'p', curves: [curve] }] });
    expect(html).toContain('2 values that this axis cannot show are left out.');
  });

  it('needs no script and no address', () => {
    const html = renderReport(reportOf('words'));
    expect(html).not.toMatch(/https?:|<script|@import|url\(/);
    expect(html).toContain(`content="default-src 'none'`);
  });

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</title></style></textarea></svg></pre><iframe>',
    'javascript:alert(1)//',
    '//example.org/x.mp4',
    'https://example.org/x.mp4',
    '\\\\example.org\\x.mp4',
    '&lt;b&gt; &amp;',
    '<!-- --><![CDATA[',
    '\u0000\u0008\u202e\ud800',
  ])('keeps hostile text as text: %j', (hostile) => {
    const html = renderReport(reportOf(hostile));
    expect(tags(html)).toEqual(tags(renderReport(reportOf('words'))));
    const document = parse(html);
    for (const element of document.querySelectorAll('*')) {
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on/);
    }
    for (const element of document.querySelectorAll('[src], [href]')) {
      expect(element.getAttribute('src') ?? element.getAttribute('href')).toMatch(/^(data:|\.\/(?!\/))/);
    }
  });

  it('keeps any text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const document = parse(renderReport({ ...reportOf('words'), title: text, summary: [text] }));
        expect(document.querySelector('h1')!.textContent).toBe(text);
        expect(document.querySelector('.summary li')!.textContent).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  it('finds a video beside the page whatever its name', () => {
    const videos = [{ title: 't', caption: 'c', file: 'samples/a b#1?.mp4' }];
    const document = parse(renderReport({ ...reportOf('words'), parts: [{ title: 'p', videos }] }));
    expect(document.querySelector('video')!.getAttribute('src')).toBe('./samples/a%20b%231%3F.mp4');
  });
});

describe('writeReport', () => {
  it('writes the page and nothing else', async () => {
    const path = join(folder, 'report.html');
    await writeReport(path, reportOf('words'));
    expect(readFileSync(path, 'utf8')).toBe(renderReport(reportOf('words')));
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('names the file that it cannot write', async () => {
    const path = join(folder, 'missing', 'report.html');
    await expect(writeReport(path, reportOf('words'))).rejects.toThrow(ForeframeError);
    await expect(writeReport(path, reportOf('words'))).rejects.toThrow(path);
  });
});
